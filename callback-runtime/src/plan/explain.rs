//! What a plan does, in words: which handler runs where, in which order and why, what it reads and writes.

use super::Plan;
use super::problem::PlanError;
use super::resolve::{Placed, Resolved};
use crate::breakpoint::Loop;
use crate::callback::short_type_name;
use crate::raw::{Need, Want};
use crate::state::AsState;
use std::fmt::{self, Write};

/// A plan in words; print it.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |epoch: &Epoch| println!("{epoch}"));
/// let text = plan.explain(&State::new())?.to_string();
/// assert!(text.contains("\non_epoch_end\n  1. closure  weight 0  reads Epoch"));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation(String);

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<L: Loop> Plan<L> {
    /// Which handler runs where, in which order and why, and what each reads and writes. The plan is checked first.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |rate: &mut LearningRate| rate.set(0.5 * rate.get())).named("halve");
    /// let explanation = plan.explain(&State::new())?;
    /// println!("{explanation}");
    /// assert!(explanation.to_string().contains("writes LearningRate"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn explain(&mut self, state: &impl AsState) -> Result<Explanation, PlanError> {
        self.check(state)?;
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&self.resolved, &mut text);
        Ok(Explanation(text))
    }

    fn write(&self, resolved: &Resolved, text: &mut String) -> fmt::Result {
        let count = resolved.order.len();
        let plural = if count == 1 { "" } else { "s" };
        writeln!(text, "{}, {count} callback{plural}", L::NAME)?;
        let handled = L::BREAKPOINTS.iter().zip(&resolved.lists);
        for (at, list) in handled.filter(|(_, list)| !list.is_empty()) {
            writeln!(text, "\n{at}")?;
            let rows: Vec<_> = list
                .iter()
                .map(|placed| self.row(resolved, placed))
                .collect();
            write_table(text, &rows)?;
        }
        for note in &self.notes {
            writeln!(text, "\nnote: {note}")?;
        }
        Ok(())
    }

    fn row(&self, resolved: &Resolved, placed: &Placed) -> [String; 5] {
        let attached = &self.attached[placed.instance];
        let how = if attached.by_hand { "" } else { ", discovered" };
        [
            resolved.names[placed.instance].to_string(),
            format!("weight {}{how}", attached.weight()),
            access("reads", Need::Read, &placed.wants),
            access("writes", Need::Write, &placed.wants),
            placed.site.to_string(),
        ]
    }
}

fn access(verb: &str, need: Need, wants: &[Want]) -> String {
    let everything = wants.iter().any(|want| want.need == Need::Everything);
    if everything && need == Need::Write {
        return "writes everything".into();
    }
    let names: Vec<String> = wants
        .iter()
        .filter(|want| want.need == need)
        .map(|want| short_type_name(want.type_name))
        .collect();
    if names.is_empty() {
        return "-".into();
    }
    format!("{verb} {}", names.join(", "))
}

fn write_table<const N: usize>(text: &mut String, rows: &[[String; N]]) -> fmt::Result {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..N).map(width).collect();
    for (rank, row) in rows.iter().enumerate() {
        write!(text, "  {}.", rank + 1)?;
        for (cell, width) in row.iter().zip(&widths) {
            write!(text, " {cell:<width$} ")?;
        }
        text.truncate(text.trim_end().len());
        writeln!(text)?;
    }
    Ok(())
}
