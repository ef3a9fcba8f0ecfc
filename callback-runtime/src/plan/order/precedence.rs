//! Which callbacks the declared orders put before which others.
//!
//! An order between groups is kept as one link between two lists, and not as pairs of their members: memory and time grow with
//! the declarations and the groups, whichever side has many callbacks.

use crate::callback::{CallbackId, Rank};
use crate::loops::id_types;
use crate::plan::OrderRule;
use std::cell::RefCell;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

id_types! {
    /// A list of first callbacks.
    pub(super) struct FirstsId;

    /// A list of second callbacks.
    pub(super) struct SecondsId;
}

/// The declared orders of a plan.
pub(super) struct Precedence {
    /// For each list of first callbacks their ranks, ascending.
    firsts: Vec<Vec<Rank>>,
    seconds: Vec<Second>,
    /// For each rank the lists of second callbacks that it is in.
    waits: Vec<Vec<SecondsId>>,
    /// For each rank what it goes before.
    leads: Vec<Vec<Lead>>,
    /// The last search: questions about one callback come one after the other.
    search: RefCell<Search>,
}

/// The callbacks that a list of second callbacks waits for.
#[derive(Default)]
struct Second {
    /// The ranks of those that are declared one by one, ascending.
    singles: Vec<Rank>,
    /// The lists of first callbacks that are declared as a whole.
    lists: Vec<FirstsId>,
}

/// What a callback goes before: as a member of a list of first callbacks, or alone before a list of second ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Lead {
    Among(FirstsId),
    Before(SecondsId),
}

/// Tells lists apart: a list of one by its member, others by their address in memory.
#[derive(PartialEq, Eq, Hash)]
enum ListKey {
    One(Rank),
    Many(*const CallbackId),
}

impl Precedence {
    /// `ranks` has the rank of each callback.
    pub(super) fn of(orders: &[OrderRule], ranks: &[Rank]) -> Self {
        let mut precedence = Self {
            firsts: Vec::new(),
            seconds: Vec::new(),
            waits: vec![Vec::new(); ranks.len()],
            leads: vec![Vec::new(); ranks.len()],
            search: RefCell::default(),
        };
        let (mut firsts, mut seconds) = (HashMap::new(), HashMap::new());
        for order in orders {
            let [first, second] = [&order.first, &order.second].map(|side| &side.callbacks);
            if first.is_empty() || second.is_empty() {
                continue;
            }
            let second = precedence.second(second, ranks, &mut seconds);
            precedence.link(first, second, ranks, &mut firsts);
        }
        precedence.sort();
        precedence
    }

    /// The number of a list of second callbacks.
    fn second(
        &mut self,
        list: &Arc<[CallbackId]>,
        ranks: &[Rank],
        known: &mut HashMap<ListKey, SecondsId>,
    ) -> SecondsId {
        *known.entry(key(list, ranks)).or_insert_with(|| {
            let number = SecondsId::new(self.seconds.len());
            self.seconds.push(Second::default());
            for at in list.iter() {
                self.waits[ranks[*at]].push(number);
            }
            number
        })
    }

    /// Lets the list `second` wait for the callbacks of `first`.
    fn link(
        &mut self,
        first: &Arc<[CallbackId]>,
        second: SecondsId,
        ranks: &[Rank],
        known: &mut HashMap<ListKey, FirstsId>,
    ) {
        if let [one] = first[..] {
            self.seconds[second].singles.push(ranks[one]);
            self.leads[ranks[one]].push(Lead::Before(second));
            return;
        }
        let first = *known.entry(key(first, ranks)).or_insert_with(|| {
            let number = FirstsId::new(self.firsts.len());
            let mut list: Vec<Rank> = first.iter().map(|at| ranks[*at]).collect();
            list.sort_unstable();
            for rank in &list {
                self.leads[*rank].push(Lead::Among(number));
            }
            self.firsts.push(list);
            number
        });
        self.seconds[second].lists.push(first);
    }

    fn sort(&mut self) {
        for second in &mut self.seconds {
            second.singles.sort_unstable();
            second.singles.dedup();
            second.lists.sort_unstable();
            second.lists.dedup();
        }
        for leads in &mut self.leads {
            leads.sort_unstable();
            leads.dedup();
        }
    }

    /// The lists that a callback waits in, and what it goes before. Two callbacks for which both are the same have the same
    /// declared order with every other one.
    pub(super) fn links(&self, rank: Rank) -> (&[SecondsId], &[Lead]) {
        (&self.waits[rank], &self.leads[rank])
    }

    /// Whether a chain of declared orders leads from `first` to `second`. Visits only the ranks between them, and each once for all
    /// questions about one `second`.
    pub(super) fn leads(&self, first: Rank, second: Rank) -> bool {
        if self.waits[second].is_empty() {
            return false;
        }
        let mut search = self.search.borrow_mut();
        if search.target != Some(second) {
            *search = Search::from(self, second);
        }
        search.extend_to(self, first);
        search.reached.contains(&first)
    }
}

fn key(list: &Arc<[CallbackId]>, ranks: &[Rank]) -> ListKey {
    match list[..] {
        [one] => ListKey::One(ranks[one]),
        _ => ListKey::Many(list.as_ptr()),
    }
}

/// A search backwards from one callback for all that must run before it, in descending rank. It continues where the last question
/// stopped.
#[derive(Default)]
struct Search {
    target: Option<Rank>,
    reached: HashSet<Rank>,
    /// The lists that have a cursor. The first cursor of a list starts at its highest rank, because ranks descend.
    seconds: HashSet<SecondsId>,
    firsts: HashSet<FirstsId>,
    open: BinaryHeap<Cursor>,
}

/// The next rank of a list that a search looks at.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    rank: Rank,
    list: List,
    next: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    SinglesOf(SecondsId),
    First(FirstsId),
}

impl Search {
    fn from(precedence: &Precedence, target: Rank) -> Self {
        let mut search = Self {
            target: Some(target),
            ..Self::default()
        };
        search.expand(precedence, target);
        search
    }

    fn extend_to(&mut self, precedence: &Precedence, rank: Rank) {
        while self.open.peek().is_some_and(|cursor| cursor.rank >= rank) {
            let Some(cursor) = self.open.pop() else {
                return;
            };
            self.point(precedence, cursor.list, cursor.next);
            if self.reached.insert(cursor.rank) {
                self.expand(precedence, cursor.rank);
            }
        }
    }

    /// Opens the lists of all that are declared to run directly before `rank`.
    fn expand(&mut self, precedence: &Precedence, rank: Rank) {
        for second in &precedence.waits[rank] {
            if !self.seconds.insert(*second) {
                continue;
            }
            self.open(precedence, List::SinglesOf(*second), rank);
            for first in &precedence.seconds[*second].lists {
                if self.firsts.insert(*first) {
                    self.open(precedence, List::First(*first), rank);
                }
            }
        }
    }

    fn open(&mut self, precedence: &Precedence, list: List, below: Rank) {
        let end = precedence.ranks(list).partition_point(|rank| *rank < below);
        self.point(precedence, list, end);
    }

    /// Points a cursor at the rank before `end`.
    fn point(&mut self, precedence: &Precedence, list: List, end: usize) {
        if let Some(index) = end.checked_sub(1) {
            let rank = precedence.ranks(list)[index];
            self.open.push(Cursor {
                rank,
                list,
                next: index,
            });
        }
    }
}

impl Precedence {
    fn ranks(&self, list: List) -> &[Rank] {
        match list {
            List::SinglesOf(second) => &self.seconds[second].singles,
            List::First(first) => &self.firsts[first],
        }
    }
}
