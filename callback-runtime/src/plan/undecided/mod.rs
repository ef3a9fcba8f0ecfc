//! Callbacks that touch the same state at one breakpoint, and whose order nobody decided though it matters.

mod nearest;

use super::declared::Undecided;
use super::order::Decided;
use super::resolve::Placed;
use crate::raw::{Need, Want};
use nearest::Line;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Pairs whose order insertion alone decides.
#[derive(Default)]
pub(super) struct Pairs {
    /// Both write the same state.
    pub(super) writers: Vec<Undecided>,
    /// The first reads what the second writes.
    pub(super) early_readers: Vec<Undecided>,
}

/// One handler's access to one state.
#[derive(Clone, Copy)]
struct Access {
    /// Its place among all accesses of its list.
    turn: usize,
    instance: usize,
    writes: bool,
    /// It asks for the whole state.
    everything: bool,
    want: Want,
}

/// The pairs of all breakpoints. A handler that asks for everything may write anything: that counts in a strict plan, and beside
/// a callback that was discovered.
pub(super) fn pairs(lists: &[Vec<Placed>], decided: &Decided<'_>, strict: bool) -> Pairs {
    let mut pairs = Pairs::default();
    let (mut writers, mut readers) = (Seen::default(), Seen::default());
    let judge = Judge { decided, strict };
    for (at, list) in lists.iter().enumerate() {
        for accesses in by_state(list) {
            for (first, second) in judge.writers(&accesses) {
                writers.note(&mut pairs.writers, at, first, second);
            }
            for (first, second) in judge.readers(&accesses) {
                readers.note(&mut pairs.early_readers, at, first, second);
            }
        }
    }
    pairs
}

/// Who touches each state that somebody names and somebody writes, in order; the states as they are first named.
fn by_state(list: &[Placed]) -> Vec<Vec<Access>> {
    let wants = list
        .iter()
        .flat_map(|placed| placed.wants.iter().map(|want| (placed.instance, *want)));
    let all: Vec<Access> = wants.enumerate().map(Access::of).collect();
    let everything: Vec<Access> = all.iter().filter(|one| one.everything).copied().collect();
    let writes = all.iter().filter(|one| one.writes && !one.everything);
    let written: BTreeSet<usize> = writes.map(|one| one.want.slot).collect();
    let named = all.iter().filter(|one| !one.everything);
    let mut states: Vec<Vec<Access>> = Vec::new();
    let mut places = BTreeMap::new();
    for one in named.filter(|one| !everything.is_empty() || written.contains(&one.want.slot)) {
        let place = *places.entry(one.want.slot).or_insert(states.len());
        match states.get_mut(place) {
            Some(touching) => touching.push(*one),
            None => states.push(vec![*one]),
        }
    }
    for touching in &mut states {
        touch_by_all(touching, &everything);
    }
    states
}

/// Puts those who ask for everything among those who touch a state.
fn touch_by_all(touching: &mut Vec<Access>, everything: &[Access]) {
    if let Some(&Access { want, .. }) = touching.first().filter(|_| !everything.is_empty()) {
        touching.extend(everything.iter().map(|one| Access { want, ..*one }));
        touching.sort_unstable_by_key(|one| one.turn);
    }
}

impl Access {
    fn of((turn, (instance, want)): (usize, (usize, Want))) -> Self {
        Self {
            turn,
            instance,
            writes: want.need != Need::Read,
            everything: want.need == Need::Everything,
            want,
        }
    }
}

/// Says of two accesses whether their order is somebody's decision.
struct Judge<'d> {
    decided: &'d Decided<'d>,
    strict: bool,
}

enum Verdict {
    /// It does not matter.
    Indifferent,
    Decided,
    Undecided,
}

impl Judge<'_> {
    /// Each writer with the nearest one before it with which its order is undecided.
    fn writers(&self, accesses: &[Access]) -> Vec<(Access, Access)> {
        let mut writers: Vec<Access> = accesses.iter().filter(|one| one.writes).copied().collect();
        writers.reverse();
        let mut line = Line::of(&writers);
        let before = |at: usize| {
            let second = writers[at];
            let first = line.nearest(self, &second, at + 1, |first| self.of(first, &second))?;
            Some((first, second))
        };
        (0..writers.len()).rev().filter_map(before).collect()
    }

    /// Each reader with the nearest writer behind it with which its order is undecided.
    fn readers(&self, accesses: &[Access]) -> Vec<(Access, Access)> {
        let writers: Vec<Access> = accesses.iter().filter(|one| one.writes).copied().collect();
        let mut line = Line::of(&writers);
        let behind = |first: &Access| {
            let start = writers.partition_point(|writer| writer.turn < first.turn);
            let second = line.nearest(self, first, start, |second| self.of(first, second))?;
            Some((*first, second))
        };
        let readers = accesses.iter().filter(|one| !one.writes);
        readers.filter_map(behind).collect()
    }

    fn of(&self, first: &Access, second: &Access) -> Verdict {
        if self.is_indifferent(first, second) {
            Verdict::Indifferent
        } else if self.decided.knows(first.instance, second.instance) {
            Verdict::Decided
        } else {
            Verdict::Undecided
        }
    }

    /// All accesses of a kind are indifferent to the same ones.
    fn kind(&self, one: &Access) -> (usize, bool, bool) {
        let by_hand = self.decided.is_by_hand(one.instance);
        (self.decided.class(one.instance), one.everything, by_hand)
    }

    fn is_indifferent(&self, one: &Access, other: &Access) -> bool {
        let by_hand = |one: &Access| self.decided.is_by_hand(one.instance);
        let class = |one: &Access| self.decided.class(one.instance);
        let everything = one.everything || other.everything;
        everything && !self.strict && by_hand(one) && by_hand(other)
            || self.decided.exempt(class(one), class(other))
    }
}

/// Which pairs are known, so that each is told once.
#[derive(Default)]
struct Seen(HashMap<(usize, usize, Option<usize>), usize>);

impl Seen {
    fn note(&mut self, pairs: &mut Vec<Undecided>, at: usize, first: Access, second: Access) {
        let everything = first.everything || second.everything;
        // Who asks for everything is told once, and not for each state.
        let slot = (!everything).then_some(first.want.slot);
        let key = (first.instance, second.instance, slot);
        if let Some(known) = self.0.get(&key) {
            let known = &mut pairs[*known];
            known.more += usize::from(known.last != at);
            known.last = at;
            return;
        }
        self.0.insert(key, pairs.len());
        pairs.push(Undecided {
            first: first.instance,
            second: second.instance,
            type_id: first.want.type_id,
            type_name: first.want.type_name,
            everything,
            at,
            last: at,
            more: 0,
        });
    }
}
