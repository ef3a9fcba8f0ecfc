//! Whether declared orders put one callback before another one, directly or through others.
//!
//! An order between groups is one link between two lists, and not a link for each pair of members. So memory and time grow with the
//! declarations and the groups, and not with the pairs.

use super::sort_unique;
use crate::callback::{CallbackId, Rank};
use crate::loops::id_types;
use crate::plan::OrderRule;
use std::cell::RefCell;
use std::collections::{BinaryHeap, HashMap, HashSet};
use std::sync::Arc;

id_types! {
    /// A list of first callbacks: the first side of declared orders.
    pub(super) struct FirstsId;

    /// A list of second callbacks: the second side of declared orders.
    pub(super) struct SecondsId;
}

/// The declared orders of a plan.
pub(super) struct Precedence {
    /// The ranks in each list of first callbacks, ascending.
    firsts: Vec<Vec<Rank>>,
    /// The callbacks that each list of second callbacks waits for.
    seconds: Vec<Predecessors>,
    /// For each rank, the lists of second callbacks that it is in. Two callbacks with the same ones and the same successors have the same
    /// declared order with every other one.
    pub(super) second_lists: Vec<Vec<SecondsId>>,
    /// For each rank, the callbacks that are declared to run after it.
    pub(super) successors: Vec<Vec<Successors>>,
    /// The last search. Callers ask about the same second callback several times in a row.
    search: RefCell<Search>,
}

/// The callbacks that a list of second callbacks waits for.
#[derive(Default)]
struct Predecessors {
    /// The ranks of those that are alone on their first side, ascending.
    singles: Vec<Rank>,
    /// The first sides with several callbacks.
    lists: Vec<FirstsId>,
}

/// The callbacks that are declared to run after a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Successors {
    /// Those of the list of first callbacks that the callback is in.
    OfList(FirstsId),
    /// A list of second callbacks, before which the callback is alone.
    List(SecondsId),
}

/// Identifies a list: a list of one callback by its rank, others by their address in memory.
#[derive(PartialEq, Eq, Hash)]
enum ListKey {
    Single(Rank),
    Several(*const CallbackId),
}

impl Precedence {
    /// Links the sides of the orders. `ranks` has the rank of each callback, by its id.
    pub(super) fn of(orders: &[OrderRule], ranks: &[Rank]) -> Self {
        let mut precedence = Self {
            firsts: Vec::new(),
            seconds: Vec::new(),
            second_lists: vec![Vec::new(); ranks.len()],
            successors: vec![Vec::new(); ranks.len()],
            search: RefCell::default(),
        };
        let (mut firsts, mut seconds) = (HashMap::new(), HashMap::new());
        for order in orders {
            let [first, second] = [&order.first, &order.second].map(|side| &side.callbacks);
            if first.is_empty() || second.is_empty() {
                continue;
            }
            let second = precedence.seconds_id(second, ranks, &mut seconds);
            precedence.add_link(first, second, ranks, &mut firsts);
        }
        for second in &mut precedence.seconds {
            sort_unique(&mut second.singles);
            sort_unique(&mut second.lists);
        }
        precedence.successors.iter_mut().for_each(sort_unique);
        precedence
    }

    /// Returns the id of a list of second callbacks, and adds the list if it is new.
    fn seconds_id(
        &mut self,
        list: &Arc<[CallbackId]>,
        ranks: &[Rank],
        known: &mut HashMap<ListKey, SecondsId>,
    ) -> SecondsId {
        *known.entry(list_key(list, ranks)).or_insert_with(|| {
            let id = SecondsId::new(self.seconds.len());
            self.seconds.push(Predecessors::default());
            for callback in list.iter() {
                self.second_lists[ranks[*callback]].push(id);
            }
            id
        })
    }

    /// Adds that the list `second` waits for the callbacks of `first`.
    fn add_link(
        &mut self,
        first: &Arc<[CallbackId]>,
        second: SecondsId,
        ranks: &[Rank],
        known: &mut HashMap<ListKey, FirstsId>,
    ) {
        if let [single] = first[..] {
            self.seconds[second].singles.push(ranks[single]);
            self.successors[ranks[single]].push(Successors::List(second));
            return;
        }
        let first = *known.entry(list_key(first, ranks)).or_insert_with(|| {
            let id = FirstsId::new(self.firsts.len());
            let mut list: Vec<Rank> = first.iter().map(|callback| ranks[*callback]).collect();
            list.sort_unstable();
            for rank in &list {
                self.successors[*rank].push(Successors::OfList(id));
            }
            self.firsts.push(list);
            id
        });
        self.seconds[second].lists.push(first);
    }

    /// Whether a chain of declared orders leads from `first` to `second`. Visits only the ranks between them, and each rank once while callers
    /// ask about the same `second`.
    pub(super) fn precedes(&self, first: Rank, second: Rank) -> bool {
        if self.second_lists[second].is_empty() {
            return false;
        }
        let mut search = self.search.borrow_mut();
        if search.target != Some(second) {
            *search = Search::back_from(self, second);
        }
        search.extend_to(self, first);
        search.reached.contains(&first)
    }
}

fn list_key(list: &Arc<[CallbackId]>, ranks: &[Rank]) -> ListKey {
    match list[..] {
        [single] => ListKey::Single(ranks[single]),
        _ => ListKey::Several(list.as_ptr()),
    }
}

/// A search backwards from one callback for all that must run before it, in descending rank. A later question about the same callback
/// continues it.
#[derive(Default)]
struct Search {
    /// The callback from which the search started.
    target: Option<Rank>,
    /// The callbacks that were found to run before the target.
    reached: HashSet<Rank>,
    /// The lists of second callbacks whose predecessors have cursors. The first cursor of a list starts at the highest rank that the search
    /// needs, because the ranks that it reaches descend.
    seconds: HashSet<SecondsId>,
    /// The lists of first callbacks that have cursors.
    firsts: HashSet<FirstsId>,
    /// The cursors, the one with the highest rank first.
    open: BinaryHeap<Cursor>,
}

/// The position of a search in a list.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    /// The rank that the search visits next in this list. The first field, because it orders the cursors.
    rank: Rank,
    list: List,
    /// The position of `rank` in the list.
    position: usize,
}

/// A list of ranks that a search walks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum List {
    SinglesOf(SecondsId),
    First(FirstsId),
}

impl Search {
    /// Starts a search at `target`.
    fn back_from(precedence: &Precedence, target: Rank) -> Self {
        let mut search = Self {
            target: Some(target),
            ..Self::default()
        };
        search.expand(precedence, target);
        search
    }

    /// Continues the search down to `rank`.
    fn extend_to(&mut self, precedence: &Precedence, rank: Rank) {
        while self.open.peek().is_some_and(|cursor| cursor.rank >= rank)
            && let Some(cursor) = self.open.pop()
        {
            self.push_cursor(precedence, cursor.list, cursor.position);
            if self.reached.insert(cursor.rank) {
                self.expand(precedence, cursor.rank);
            }
        }
    }

    /// Opens the lists of the callbacks that are declared to run directly before `rank`.
    fn expand(&mut self, precedence: &Precedence, rank: Rank) {
        for second in &precedence.second_lists[rank] {
            if self.seconds.insert(*second) {
                self.open(precedence, List::SinglesOf(*second), rank);
                for first in &precedence.seconds[*second].lists {
                    if self.firsts.insert(*first) {
                        self.open(precedence, List::First(*first), rank);
                    }
                }
            }
        }
    }

    /// Adds a cursor at the highest rank of a list that is below `below`.
    fn open(&mut self, precedence: &Precedence, list: List, below: Rank) {
        let end = precedence.ranks(list).partition_point(|rank| *rank < below);
        self.push_cursor(precedence, list, end);
    }

    /// Adds a cursor at the rank before the position `end`, if there is one.
    fn push_cursor(&mut self, precedence: &Precedence, list: List, end: usize) {
        if let Some(position) = end.checked_sub(1) {
            let rank = precedence.ranks(list)[position];
            self.open.push(Cursor {
                rank,
                list,
                position,
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
