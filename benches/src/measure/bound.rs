//! What a number is held against.

use std::fmt;

#[derive(Debug, Clone, Copy)]
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    pub(super) fn holds(self, value: f64) -> bool {
        // Counts are thousandths of instructions, so that what is less is rounding.
        const ROUNDING: f64 = 1e-6;
        match self {
            Self::AtMost(most) => value <= most + ROUNDING,
            Self::AtLeast(least) => value >= least - ROUNDING,
        }
    }

    /// For the cell of a goal.
    pub(super) fn cell(goal: Option<Self>) -> String {
        goal.map_or_else(|| "-".into(), |bound| bound.to_string())
    }

    /// For the cell that says whether the goal is met.
    pub(super) fn met(goal: Option<Self>, value: f64) -> String {
        let met = |bound: Self| if bound.holds(value) { "yes" } else { "no" };
        goal.map_or("-", met).into()
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "≤ {most}"),
            Self::AtLeast(least) => write!(f, "≥ {least}"),
        }
    }
}
