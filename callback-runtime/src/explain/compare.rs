//! How two plans are compared: handlers are told apart by breakpoint and callback.

use super::Explanation;
use super::diff::{Change, Difference, What};
use super::rows::{Listing, Row};
use super::table::or_dash;
use crate::loops::Breakpoint;
use crate::loops::BreakpointId;
use std::collections::{BTreeMap, HashMap};

pub(super) fn compare(before: &Explanation, after: &Explanation) -> Difference {
    let mut changes = weights(before, after);
    let mut breakpoints: BTreeMap<_, Both<'_>> = BTreeMap::new();
    for listing in &before.listings {
        let both = breakpoints.entry(key(listing));
        both.or_insert(Both::at(listing)).before = &listing.rows;
    }
    for listing in &after.listings {
        let both = breakpoints.entry(key(listing));
        both.or_insert(Both::at(listing)).after = &listing.rows;
    }
    changes.extend(breakpoints.values().flat_map(Both::changes));
    Difference { changes }
}

/// A callback's weight is the same at all of its breakpoints, so that a change of it is told once.
fn weights(before: &Explanation, after: &Explanation) -> Vec<Change> {
    let (was, is) = (weights_of(before), weights_of(after));
    let change = |name: &String| {
        let text = |of: &HashMap<&str, f64>| of.get(name.as_str()).map(f64::to_string);
        let (from, to) = (text(&was)?, text(&is)?);
        let column = "weight";
        (from != to).then(|| Change {
            breakpoint: None,
            callback: name.clone(),
            what: What::Changed { column, from, to },
        })
    };
    after.callbacks.iter().filter_map(change).collect()
}

fn weights_of(told: &Explanation) -> HashMap<&str, f64> {
    let rows = told.listings.iter().flat_map(Listing::rows);
    rows.map(|row| (row.callback(), row.weight)).collect()
}

/// The handlers at one breakpoint, in both plans.
struct Both<'e> {
    at: &'static Breakpoint,
    before: &'e [Row],
    after: &'e [Row],
}

impl Both<'_> {
    fn at(listing: &Listing) -> Self {
        Self {
            at: listing.breakpoint,
            before: &[],
            after: &[],
        }
    }

    /// Who is gone; then, from the first to the last, who came, moved, or does something else.
    fn changes(&self) -> Vec<Change> {
        let mut was: HashMap<_, &Row> = numbered(self.before).collect();
        let now = numbered(self.after).map(|(handler, row)| (was.remove(&handler), row));
        let now: Vec<(Option<&Row>, &Row)> = now.collect();
        let mut gone: Vec<&Row> = was.into_values().collect();
        gone.sort_by_key(|row| row.place);
        let went = gone.into_iter().map(|row| self.change(row, What::Went));
        went.chain(self.changes_of(&now)).collect()
    }

    /// For each handler of the second plan what it was in the first, and what it is.
    fn changes_of(&self, now: &[(Option<&Row>, &Row)]) -> Vec<Change> {
        let kept: Vec<usize> = now
            .iter()
            .filter_map(|(old, _)| Some((*old)?.place))
            .collect();
        let steady = longest_ascent(&kept);
        let changes = now.iter().flat_map(|(old, new)| match old {
            None => vec![self.change(new, What::Came { at: new.place })],
            Some(old) => self.changed(old, new, steady.binary_search(&old.place).is_ok()),
        });
        changes.collect()
    }

    fn changed(&self, old: &Row, new: &Row, steady: bool) -> Vec<Change> {
        let (from, to) = (old.place, new.place);
        let moved = (!steady).then_some(What::Moved { from, to });
        let columns = cells(old).into_iter().zip(cells(new));
        let different = columns.filter(|((_, from), (_, to))| from != to);
        let changed = different.map(|((column, from), (_, to))| What::Changed { column, from, to });
        let all = moved.into_iter().chain(changed);
        all.map(|what| self.change(new, what)).collect()
    }

    fn change(&self, row: &Row, what: What) -> Change {
        Change {
            breakpoint: Some(self.at),
            callback: row.callback.clone(),
            what,
        }
    }
}

/// The columns whose change is told; `why` follows from them and from who came and went.
fn cells(row: &Row) -> [(&'static str, String); 6] {
    [
        ("reads", or_dash(&row.reads)),
        ("writes", or_dash(&row.writes)),
        ("provides", or_dash(&row.provides)),
        ("period", or_dash(row.period.as_slice())),
        ("executor", or_dash(row.executor.as_slice())),
        ("on failure", row.on_failure.to_string()),
    ]
}

/// Breakpoints sort as their loop has them.
fn key(listing: &Listing) -> (BreakpointId, &'static str) {
    (listing.breakpoint.id(), listing.breakpoint.name())
}

/// Each row with its callback and, since a callback may have several handlers at a breakpoint, which one of them it is.
fn numbered(rows: &[Row]) -> impl Iterator<Item = ((&str, usize), &Row)> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    rows.iter().map(move |row| {
        let count = counts.entry(row.callback.as_str()).or_insert(0);
        *count += 1;
        ((row.callback.as_str(), *count), row)
    })
}

/// The longest ascending part of what has no value twice.
fn longest_ascent(values: &[usize]) -> Vec<usize> {
    // The smallest value in which an ascent of each length ends, and what stands before each value in its ascent.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: HashMap<usize, Option<usize>> = HashMap::new();
    for value in values {
        let length = ends.partition_point(|end| end < value);
        let previous = length.checked_sub(1).and_then(|at| ends.get(at).copied());
        before.insert(*value, previous);
        match ends.get_mut(length) {
            Some(end) => *end = *value,
            None => ends.push(*value),
        }
    }
    let mut ascent: Vec<usize> = std::iter::successors(ends.last().copied(), |value| {
        before.get(value).copied().flatten()
    })
    .collect();
    ascent.reverse();
    ascent
}
