//! What is under way: a pass over batches, or the steps of a run.

use super::screen::View;
use super::text;
use std::time::Instant;

/// How far it is and how far it goes.
pub(super) struct Course {
    name: String,
    pub(super) began: Instant,
    /// The step that a driver's run begins behind; 0 for a pass.
    from: u64,
    position: u64,
    total: Option<u64>,
    /// The last position that has a line.
    told: Option<u64>,
}

impl Course {
    pub(super) fn new(name: String, from: u64, total: Option<u64>) -> Self {
        Self {
            name,
            began: Instant::now(),
            from,
            position: from,
            total,
            told: None,
        }
    }

    pub(super) fn reach(&mut self, position: u64) {
        self.position = position;
    }

    /// Takes the total that the loop knows, in place of one that was set or seen.
    pub(super) fn learn(&mut self, total: Option<u64>) {
        self.total = total.or(self.total);
    }

    pub(super) fn done(&self) -> u64 {
        self.position.saturating_sub(self.from)
    }

    /// Unknown, too, once there turn out to be more.
    pub(super) fn total(&self) -> Option<u64> {
        self.total.filter(|total| self.done() <= *total)
    }

    pub(super) fn is_told(&self) -> bool {
        self.told == Some(self.position)
    }

    pub(super) fn set_reported(&mut self) {
        self.told = Some(self.position);
    }

    /// As in `step 12/50`.
    pub(super) fn what(&self) -> String {
        format!("{} {}", self.name, self.count())
    }

    pub(super) fn view(&self, values: &[String]) -> View<'_> {
        let pace = text::pace(self.done(), self.total(), self.began.elapsed());
        let before = [self.count(), pace];
        let parts = before.iter().chain(values).filter(|part| !part.is_empty());
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
