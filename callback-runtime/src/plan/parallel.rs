//! That who must run in parallel can, and has somebody to run beside.

use super::groups::{Home, may_be_grouped};
use super::problem::{Problem, ProblemKind};
use super::{Placed, Plan, Text};
use crate::breakpoint::Loop;
use crate::callback::short_type_name;
use crate::period::Due;
use crate::raw::{Need, Want};
use std::any::TypeId;
use std::collections::HashMap;

/// A handler: its breakpoint, and its place there.
type Place = (usize, usize);

impl<L: Loop> Plan<L> {
    /// Who is to run elsewhere can.
    pub(super) fn check_parallel(&self) -> Vec<Problem> {
        let order = self.resolved.order.iter().copied();
        let asked: Vec<usize> = order
            .filter(|at| self.attached[*at].parallel.is_some())
            .collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let groupable = self.groupable();
        let places = |at: usize| groupable.get(&at).map_or(&[][..], Vec::as_slice);
        let problems = asked.iter().map(|at| self.unparallel(*at, places(*at)));
        problems.flatten().collect()
    }

    /// `handlers` are those of the callback that can be in a group.
    fn unparallel(&self, instance: usize, handlers: &[Place]) -> Vec<Problem> {
        let name = &self.resolved.names[instance];
        if let Some((why, hint)) = self.stays(instance) {
            let text = Text::hinted(format!("cannot run in parallel: {why}"), hint);
            let attached = &self.attached[instance];
            let site = attached.parallel.unwrap_or(attached.added_at);
            return vec![Problem::of_plan(ProblemKind::NotParallel, name, site, text)];
        }
        let mut problems = Vec::new();
        for (at, nth) in handlers {
            let placed = &self.resolved.lists[*at][*nth];
            let found = self.obstacle(placed);
            problems.extend(found.map(|(state, why)| Problem {
                kind: ProblemKind::NotParallel,
                callback: name.to_string(),
                breakpoint: Some(L::BREAKPOINTS[*at].name()),
                state,
                site: placed.site,
                text: format!("cannot run in parallel: it {why}").into(),
            }));
        }
        if problems.is_empty() {
            problems.extend(self.solitude(instance, handlers));
        }
        problems
    }

    /// For each callback its handlers that can be in a group.
    fn groupable(&self) -> HashMap<usize, Vec<Place>> {
        let mut places: HashMap<usize, Vec<Place>> = HashMap::new();
        let lists = self.resolved.lists.iter().enumerate();
        for (at, list) in lists.filter(|(at, _)| may_be_grouped::<L>(*at)) {
            for (nth, placed) in list.iter().enumerate() {
                places.entry(placed.instance).or_default().push((at, nth));
            }
        }
        places
    }

    /// Worth knowing: none of its handlers ever runs beside another one.
    fn solitude(&self, instance: usize, places: &[Place]) -> Option<Problem> {
        let mut handlers = places
            .iter()
            .map(|(at, nth)| &self.resolved.lists[*at][*nth]);
        if handlers.any(|placed| placed.group.is_some() || placed.queue.is_some()) {
            return None;
        }
        let why = match places.iter().find_map(|place| self.shared_at(*place)) {
            Some(shared) => shared,
            None if places.is_empty() => {
                "its handlers are of the beginning, of the end or of a failure of the run".into()
            }
            None if places
                .iter()
                .all(|(at, _)| self.resolved.lists[*at].len() == 1) =>
            {
                "there is no other handler where it has one".into()
            }
            None => "those before and behind it run alone, or in an order".into(),
        };
        let text = Text::hinted(
            format!("nobody can run in parallel with it: {why}"),
            "leave `parallel` out, or see `explain()` for who runs where",
        );
        let attached = &self.attached[instance];
        let site = attached.parallel.unwrap_or(attached.added_at);
        let name = &self.resolved.names[instance];
        Some(Problem::of_plan(ProblemKind::Alone, name, site, text))
    }

    /// What a handler shares with who stands before or behind it.
    fn shared_at(&self, (at, nth): (usize, usize)) -> Option<String> {
        let list = &self.resolved.lists[at];
        let placed = &list[nth];
        let before = nth.checked_sub(1).and_then(|nth| list.get(nth));
        let mut others = before.into_iter().chain(list.get(nth + 1));
        others.find_map(|other| {
            let name = &self.resolved.names[other.instance];
            let state = shared(placed, other)?;
            let breakpoint = L::BREAKPOINTS[at].name();
            Some(format!("at {breakpoint} it shares {state} with `{name}`"))
        })
    }

    /// Why no handler of a callback can leave the loop's thread, and what to do.
    fn stays(&self, instance: usize) -> Option<(&'static str, &'static str)> {
        if self.executor.is_none() {
            return Some((
                "the plan has nobody to run it",
                "give the plan one with `executor`, or leave `parallel` out",
            ));
        }
        match self.attached[instance].home {
            Home::Anywhere => None,
            Home::Closure => Some((
                "it is a closure, which stays on the loop's thread",
                "write a callback and attach it with `add`, or leave `parallel` out",
            )),
            Home::Discovered => Some((
                "it was discovered, and stays on the loop's thread",
                "attach it with `add`, or leave `parallel` out",
            )),
            Home::Local => Some((
                "it is attached with `add_local`",
                "attach it with `add`, for which its type must be `Send`, or leave `parallel` out",
            )),
        }
    }

    /// Why a handler has to run alone or stay, and the state that this is about.
    fn obstacle(&self, placed: &Placed) -> Option<(Option<String>, String)> {
        let counters = self.of_loop.counters();
        let counts = |want: &Want| counters.iter().any(|watch| watch.of == want.type_id);
        let why = |want: &Want| {
            let state = short_type_name(want.type_name);
            let why = if want.need == Need::Everything {
                "asks for `Ctx`, which is everything; ask for the state it uses".into()
            } else if want.local {
                let (word, plain) = if want.need == Need::Read {
                    ("Local", "&")
                } else {
                    ("LocalMut", "&mut ")
                };
                format!(
                    "asks for `{word}<{state}>`, which stays on the loop's thread; ask for `{plain}{state}`, for which it must be `Send` and \
                     `Sync`, or leave `parallel` out"
                )
            } else if want.type_id == TypeId::of::<Due>() {
                "asks for `Due`, which is told to one handler at a time; let another callback ask for it, or leave `parallel` out".into()
            } else if want.need == Need::Write && counts(want) {
                format!(
                    "writes `{state}`, which the loop counts and periods read; let the loop or another callback write it, or leave `parallel` out"
                )
            } else {
                return None;
            };
            Some((Some(state), why))
        };
        if let Some(found) = placed.wants.iter().find_map(why) {
            return Some(found);
        }
        placed.traits.answers.then(|| {
            (
                None,
                "answers more than a flow, and answers are merged in order; let another callback answer, or leave `parallel` out".into(),
            )
        })
    }
}

/// What two handlers cannot have at the same time.
fn shared(one: &Placed, other: &Placed) -> Option<String> {
    if other.instance == one.instance {
        return None;
    }
    let is_all = |want: &Want| want.need == Need::Everything;
    if other.wants.iter().any(is_all) {
        return Some("all it asks for".into());
    }
    let clashes = |want: &Want, other: &Want| {
        want.type_id == other.type_id && (want.need, other.need) != (Need::Read, Need::Read)
    };
    let mut wants = one.wants.iter();
    let want = wants.find(|want| other.wants.iter().any(|other| clashes(want, other)))?;
    Some(format!("`{}`", short_type_name(want.type_name)))
}
