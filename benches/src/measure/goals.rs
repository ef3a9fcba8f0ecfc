//! What the instruction counts of a firing are to be, and what they may not exceed.

use super::bound::Bound::{self, AtLeast, AtMost};
use super::callgrind::Counts;
use crate::report::{self, Table};
use callbacks_benches::contenders::{Peer, Setup, Signature};
use std::error::Error;

/// One number that is watched over.
struct Goal {
    of: &'static str,
    /// The goal, if there is one.
    wanted: Option<Bound>,
    /// What the guard lets pass: what was measured when it was set and, where that is not the goal itself, a tolerance.
    limit: Bound,
    measured: fn(&Counts) -> Option<f64>,
}

const GOALS: [Goal; 22] = [
    Goal {
        of: "empty breakpoint, above an inlined empty check",
        wanted: Some(AtMost(4.0)),
        limit: AtMost(2.0),
        measured: |counts| counts.difference(ours(0), Setup::of(Peer::Check)),
    },
    Goal {
        of: "100 idle callbacks at an empty breakpoint",
        wanted: Some(AtMost(0.0)),
        limit: AtMost(0.0),
        measured: |counts| counts.difference(ours(0).beside(100), ours(0)),
    },
    Goal {
        of: "100 idle callbacks beside 8 handlers",
        wanted: Some(AtMost(0.0)),
        limit: AtMost(0.0),
        measured: |counts| counts.difference(ours(8).beside(100), ours(8)),
    },
    Goal {
        of: "a handler that is not due, alone at its breakpoint",
        wanted: Some(AtMost(8.0)),
        limit: AtMost(8.0),
        measured: |counts| counts.difference(ours(0).awaiting(1), ours(0)),
    },
    Goal {
        of: "a handler that is not due, beside 8 that have no period",
        wanted: Some(AtMost(8.0)),
        limit: AtMost(8.0),
        measured: |counts| counts.difference(ours(8).awaiting(1), ours(8)),
    },
    Goal {
        of: "64 handlers that are not due, beside 8 that have no period",
        wanted: Some(AtMost(8.0)),
        limit: AtMost(8.0),
        measured: |counts| counts.difference(ours(8).awaiting(64), ours(8)),
    },
    Goal {
        of: "fixed cost of a non-empty firing",
        wanted: Some(AtMost(40.0)),
        limit: AtMost(40.0),
        measured: |counts| Some(counts.of(ours(8))? - 8.0 * counts.per_handler(ours(0))?),
    },
    Goal {
        of: "a handler of 0 parameters, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(5.0),
        measured: |counts| above_a_pointer(counts, Signature::Nothing),
    },
    Goal {
        of: "a handler of 2 parameters, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(6.0),
        measured: |counts| above_a_pointer(counts, Signature::Two),
    },
    Goal {
        of: "the same where it may be inlined, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(5.0),
        measured: |counts| above_a_pointer(counts, Signature::Inlined),
    },
    Goal {
        of: "a handler of 6 parameters, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(10.0),
        measured: |counts| above_a_pointer(counts, Signature::Six),
    },
    Goal {
        of: "a handler that answers `Flow`, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(10.0),
        measured: |counts| above_a_pointer(counts, Signature::Flow),
    },
    Goal {
        of: "a handler that answers `Result`, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(10.0),
        measured: |counts| above_a_pointer(counts, Signature::Fallible),
    },
    Goal {
        of: "a handler that answers `Verdict`, above a function pointer",
        wanted: Some(AtMost(10.0)),
        // 3 of them since replies are collected through `Handed::collect`, which alone may reach the state there.
        limit: AtMost(52.0),
        measured: |counts| above_a_pointer(counts, Signature::Judging),
    },
    Goal {
        of: "a handler of 2 parameters beside one with `&Breakpoint`, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(6.0),
        measured: |counts| above_a_pointer(counts, Signature::Placed),
    },
    Goal {
        of: "a handler of 2 parameters beside one with `Ctx`, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(9.0),
        measured: |counts| above_a_pointer(counts, Signature::Whole),
    },
    Goal {
        of: "a handler of 2 parameters beside one with a type beyond the first 64, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(6.0),
        measured: |counts| above_a_pointer(counts, Signature::Late),
    },
    Goal {
        of: "a handler of 1 parameter of a type beyond the first 64, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(7.0),
        measured: |counts| above_a_pointer(counts, Signature::LateOne),
    },
    Goal {
        of: "a handler of 2 parameters of types beyond the first 64, above a function pointer",
        wanted: Some(AtMost(10.0)),
        limit: AtMost(7.0),
        measured: |counts| above_a_pointer(counts, Signature::LateTwo),
    },
    Goal {
        of: "8 handlers, of argmin in ours",
        wanted: None,
        limit: AtLeast(3.2),
        measured: |counts| {
            let eight = |peer| Setup::of(peer).with(8).asking(Signature::One);
            counts.ratio(eight(Peer::Argmin), eight(Peer::Ours))
        },
    },
    Goal {
        of: "8 handlers, of bevy_ecs in ours",
        wanted: None,
        limit: AtLeast(15.5),
        measured: |counts| counts.ratio(Setup::of(Peer::Bevy).with(8), ours(8)),
    },
    Goal {
        of: "64 handlers, ours in function pointers",
        wanted: None,
        limit: AtMost(1.55),
        measured: |counts| counts.ratio(ours(64), Setup::of(Peer::Direct).with(64)),
    },
];

/// All goals, and whether they are met.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    table_of(Counts::get()?)
}

/// The numbers that are beyond their limits.
pub(super) fn beyond() -> Result<Vec<&'static str>, Box<dyn Error>> {
    let counts = Counts::get()?;
    let holds = |goal: &Goal| (goal.measured)(counts).is_some_and(|value| goal.limit.holds(value));
    let beyond = GOALS.iter().filter(|goal| !holds(goal));
    Ok(beyond.map(|goal| goal.of).collect())
}

fn table_of(counts: &Counts) -> Result<Table, Box<dyn Error>> {
    let columns = [
        "instructions",
        "goal",
        "measured",
        "met",
        "limit of the guard",
    ];
    let mut table = Table::new("What a firing may cost", "guard", columns);
    for goal in &GOALS {
        let value = (goal.measured)(counts).ok_or_else(|| format!("not counted: {}", goal.of))?;
        table.row([
            goal.of.to_owned(),
            Bound::cell(goal.wanted),
            format!("{value:.1}"),
            Bound::met(goal.wanted, value),
            goal.limit.to_string(),
        ]);
        table.goals.extend(goal.report(value));
    }
    Ok(table)
}

impl Goal {
    fn report(&self, value: f64) -> Option<report::Goal> {
        let wanted = self.wanted?;
        Some(report::Goal {
            wanted: format!("{}: {wanted} instructions", self.of),
            measured: format!("{value:.0}"),
            is_met: wanted.holds(value),
            section: "What a firing may cost",
        })
    }
}

const fn ours(handlers: usize) -> Setup {
    Setup::of(Peer::Ours).with(handlers)
}

fn above_a_pointer(counts: &Counts, signature: Signature) -> Option<f64> {
    let of = |peer, signature| counts.per_handler(Setup::of(peer).asking(signature));
    Some(of(Peer::Ours, signature)? - of(Peer::Direct, signature.plain())?)
}
