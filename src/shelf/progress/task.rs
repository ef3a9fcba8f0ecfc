//! The task whose progress is shown: a pass over batches, or the rounds of a run.

use super::screen::View;
use super::text;
use std::time::Instant;

/// A task: its position and its total.
pub(super) struct Task {
    name: String,
    pub(super) began: Instant,
    /// The position at the start: the round before a run, or 0 for a pass.
    from: u64,
    position: u64,
    total: Option<u64>,
    /// The last position that was printed as a line.
    printed: Option<u64>,
}

impl Task {
    pub(super) fn new(name: String, from: u64, total: Option<u64>) -> Self {
        Self {
            name,
            began: Instant::now(),
            from,
            position: from,
            total,
            printed: None,
        }
    }

    pub(super) fn set_position(&mut self, position: u64) {
        self.position = position;
    }

    /// Whether the task has not reached this position.
    pub(super) fn is_behind(&self, position: u64) -> bool {
        self.position < position
    }

    /// Replaces the total by that of the loop, if the loop knows it.
    pub(super) fn set_total(&mut self, total: Option<u64>) {
        self.total = total.or(self.total);
    }

    pub(super) fn done(&self) -> u64 {
        self.position.saturating_sub(self.from)
    }

    /// Returns the total; `None` if it is not known, or the position is beyond it.
    pub(super) fn total(&self) -> Option<u64> {
        self.total.filter(|total| self.done() <= *total)
    }

    pub(super) fn is_printed(&self) -> bool {
        self.printed == Some(self.position)
    }

    pub(super) fn set_printed(&mut self) {
        self.printed = Some(self.position);
    }

    /// Returns name and position, as in `step 12/50`.
    pub(super) fn label(&self) -> String {
        format!("{} {}", self.name, self.count())
    }

    pub(super) fn view(&self, values: &[String]) -> View<'_> {
        let pace = text::format_pace(self.done(), self.total(), self.began.elapsed());
        let first = [self.count(), pace];
        let parts = first.iter().chain(values).filter(|part| !part.is_empty());
        let parts: Vec<&str> = parts.map(String::as_str).collect();
        View {
            name: &self.name,
            position: self.done(),
            total: self.total(),
            text: parts.join("  "),
        }
    }

    fn count(&self) -> String {
        match self.total() {
            Some(total) => format!("{}/{}", self.position, self.from.saturating_add(total)),
            None => self.position.to_string(),
        }
    }
}
