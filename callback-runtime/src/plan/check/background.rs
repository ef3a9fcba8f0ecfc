//! What runs in the background can run there.

use super::{Problem, ProblemKind, Subject};
use crate::background::Background;
use crate::breakpoint::{Loop, Role};
use crate::callback::short_type_name;
use crate::plan::background::Runs;
use crate::plan::{Placed, Text};
use crate::raw::Need;
use std::collections::{HashMap, HashSet};

/// The handlers of a callback all run in the background or none, but for enter and exit.
pub(super) fn check_background<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let lagging = subject.lagging();
    let mixed = subject.inside().filter(|(_, placed)| !placed.can_lag);
    let mut mixed: Vec<_> = mixed
        .filter(|(_, placed)| lagging.contains(&placed.instance))
        .collect();
    mixed.sort_by_key(|(_, placed)| placed.rank);
    mixed
        .into_iter()
        .map(|(at, placed)| {
            let text = format!(
                "{}, but other handlers of its callback run in the background, where nobody else may touch it; bind all of them with \
                 `h.lag`, or this one in a callback of its own",
                why_at_once(placed)
            );
            subject.of_handler(at, placed, ProblemKind::Background, None, text)
        })
        .collect()
}

/// A callback that runs in the background may be sent there.
pub(super) fn check_sendable<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let lagging = subject.lagging();
    let order = subject.resolved.order.iter();
    let stuck =
        order.filter(|at| lagging.contains(at) && subject.attached[**at].sendable.is_none());
    stuck
        .map(|at| {
            let (what, hint) = if subject.attached[*at].by_hand {
                (
                    "its handlers run in the background, but attached with `add_local` it stays on the loop's thread",
                    "attach it with `add`, which asks for a type that is `Send`, or say `.in_loop()`",
                )
            } else {
                (
                    "its handlers run in the background, but its type is not `Send`",
                    "make it `Send`, or attach one by hand and say `.in_loop()`",
                )
            };
            subject.of_attached(*at, Text::hinted(what.into(), hint))
        })
        .collect()
}

/// A queue is that of a callback in the background, and has room.
pub(super) fn check_queues<L: Loop>(subject: &Subject<'_, L>) -> Vec<Problem> {
    let order = subject.resolved.order.iter();
    let said = order.filter_map(|at| match subject.attached[*at].runs {
        Runs::Behind(queue) => Some((*at, queue)),
        Runs::AsBound | Runs::InLoop => None,
    });
    let said: Vec<(usize, Background)> = said.collect();
    if said.is_empty() {
        return Vec::new();
    }
    let inside = subject.inside_by_callback();
    let wrong = said.into_iter().filter_map(|(at, queue)| {
        // One that chose to have no handlers needs no queue, and is none to blame.
        let text = wrong_queue::<L>(inside.get(&at)?, queue)?;
        Some(subject.of_attached(at, text))
    });
    wrong.collect()
}

/// What is wrong with the queue of a callback with these handlers.
fn wrong_queue<L: Loop>(its: &[(usize, &Placed)], queue: Background) -> Option<Text> {
    if !its.iter().any(|(_, placed)| placed.can_lag) {
        return Some(cannot_lag::<L>(its));
    }
    let hint = "give it room for one call at least: `Background::queue(1)`";
    let what = "its queue in the background has no room".into();
    (queue.room() == 0).then(|| Text::hinted(what, hint))
}

/// Why a callback for which a queue was set has nothing to put there, and what to write.
fn cannot_lag<L: Loop>(its: &[(usize, &Placed)]) -> Text {
    let changes = |placed: &Placed| placed.wants.iter().any(|want| want.need != Need::Read);
    let writer = its.iter().find(|(_, placed)| changes(placed));
    let what = match writer {
        Some((at, placed)) => format!(
            "cannot run in the background: at {} it {}, which the loop goes on with",
            L::BREAKPOINTS[*at].name(),
            changed(placed)
        ),
        None => "cannot run in the background: its handlers are bound to run at once".into(),
    };
    Text::hinted(
        what,
        "only what reads can: write `#[callback(background)]` on its block, or bind its handlers with `h.lag`",
    )
}

fn why_at_once(placed: &Placed) -> String {
    let changes = placed.wants.iter().any(|want| want.need != Need::Read);
    if changes {
        format!("{}, and runs at once", changed(placed))
    } else {
        "runs at once".into()
    }
}

/// What a handler changes, in words.
fn changed(placed: &Placed) -> String {
    let changed = placed.wants.iter().find(|want| want.need != Need::Read);
    match changed {
        Some(want) if want.need == Need::Write => {
            format!("changes `{}`", short_type_name(want.type_name))
        }
        Some(_) => "may change everything".into(),
        None => "changes nothing".into(),
    }
}

impl<L: Loop> Subject<'_, L> {
    /// The callbacks with handlers that can run in the background, and are to.
    fn lagging(&self) -> HashSet<usize> {
        let can_lag = self.inside().filter(|(_, placed)| placed.can_lag);
        let instances = can_lag.map(|(_, placed)| placed.instance);
        instances
            .filter(|at| self.attached[*at].runs != Runs::InLoop)
            .collect()
    }

    /// The handlers of each callback, but for enter and exit.
    fn inside_by_callback(&self) -> HashMap<usize, Vec<(usize, &Placed)>> {
        let mut handlers: HashMap<usize, Vec<(usize, &Placed)>> = HashMap::new();
        for (at, placed) in self.inside() {
            let its = handlers.entry(placed.instance).or_default();
            its.push((at, placed));
        }
        handlers
    }

    /// The handlers of all callbacks, but for enter and exit.
    fn inside(&self) -> impl Iterator<Item = (usize, &Placed)> {
        let is_inside = |at: usize| !matches!(L::BREAKPOINTS[at].role(), Role::Enter | Role::Exit);
        self.handlers().filter(move |(at, _)| is_inside(*at))
    }

    /// A problem with how a callback is attached.
    fn of_attached(&self, at: usize, text: Text) -> Problem {
        let site = self.attached[at].added_at;
        Problem {
            site,
            ..self.of_callback(at, ProblemKind::Background, text)
        }
    }
}
