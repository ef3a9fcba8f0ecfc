//! Who counts what is made, dropped, entered and exited.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What has happened in all programs, and how often: programs that do nothing show nothing.
static SEEN: Mutex<BTreeMap<&str, u64>> = Mutex::new(BTreeMap::new());

/// Something has happened.
pub(crate) fn see(what: &'static str) {
    let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    *seen.entry(what).or_default() += 1;
}

/// All that has happened.
pub(crate) fn seen() -> BTreeMap<&'static str, u64> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Shared by all that a program makes.
#[derive(Clone, Default)]
pub(crate) struct Census(Arc<Inner>);

#[derive(Default)]
struct Inner {
    next: AtomicU64,
    /// Values without a size, which have no number of their own.
    nothings: AtomicI64,
    /// How often handlers have written, and how many of the writes were found in values that were dropped.
    written: AtomicU64,
    found: AtomicU64,
    books: Mutex<Books>,
}

#[derive(Default)]
struct Books {
    /// By number: how often a value has been dropped.
    drops: BTreeMap<u64, u32>,
    /// The callbacks that have entered and not exited, in order, by the number of their plan.
    inside: BTreeMap<u64, Vec<u64>>,
    problems: Vec<String>,
    /// Something has been forgotten, so that values may never be dropped.
    has_forgotten: bool,
}

impl Census {
    /// The number of something that is new.
    pub(crate) fn number(&self) -> u64 {
        self.0.next.fetch_add(1, Ordering::Relaxed)
    }

    /// A value is made.
    pub(crate) fn make(&self) -> u64 {
        let number = self.number();
        self.books().drops.insert(number, 0);
        number
    }

    /// A value is dropped, into which handlers have written so often.
    pub(crate) fn drop_one(&self, number: u64, writes: u64) {
        self.0.found.fetch_add(writes, Ordering::Relaxed);
        let mut books = self.books();
        match books.drops.get_mut(&number) {
            Some(times) => *times += 1,
            None => books.report(format!("a value {number} is dropped that was never made")),
        }
    }

    /// A value without a size is made, or dropped.
    pub(crate) fn count_nothing(&self, by: i64) {
        self.0.nothings.fetch_add(by, Ordering::Relaxed);
    }

    pub(crate) fn write(&self) {
        self.0.written.fetch_add(1, Ordering::Relaxed);
    }

    /// A callback of a plan has entered.
    pub(crate) fn enter(&self, plan: u64, callback: u64) {
        self.books().inside.entry(plan).or_default().push(callback);
    }

    /// A callback of a plan exits: it is the last that has entered.
    pub(crate) fn exit(&self, plan: u64, callback: u64) {
        let mut books = self.books();
        let last = books.inside.entry(plan).or_default().pop();
        if last != Some(callback) {
            books.report(format!(
                "{callback} of plan {plan} exits, and {last:?} is the last that entered"
            ));
        }
    }

    /// A run of a plan is over.
    pub(crate) fn ended(&self, plan: u64) {
        let mut books = self.books();
        let left = books.inside.remove(&plan).unwrap_or_default();
        if !left.is_empty() {
            books.report(format!(
                "a run of plan {plan} is over, and {left:?} have not exited"
            ));
        }
    }

    /// A plan is forgotten, with all that it holds.
    pub(crate) fn forget(&self, plan: u64) {
        let mut books = self.books();
        books.has_forgotten = true;
        books.inside.remove(&plan);
    }

    pub(crate) fn report(&self, problem: String) {
        self.books().report(problem);
    }

    /// What is wrong when all that a program made is gone.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut books = self.books();
        let of = &self.0;
        let nothings = of.nothings.load(Ordering::Relaxed);
        let writes = [&of.written, &of.found].map(|count| count.load(Ordering::Relaxed));
        let may_live = books.has_forgotten;
        let wrong = |times: u32| times > 1 || (times == 0 && !may_live);
        let drops = books.drops.iter().filter(|(_, times)| wrong(**times));
        let mut text: Vec<String> = drops
            .map(|(number, times)| format!("the value {number} is dropped {times} times"))
            .collect();
        if nothings < 0 || (nothings > 0 && !may_live) {
            text.push(format!("{nothings} values without a size are left"));
        }
        if writes[0] < writes[1] || (writes[0] != writes[1] && !may_live) {
            text.push(format!(
                "written {} times, found {} times",
                writes[0], writes[1]
            ));
        }
        for (plan, left) in &books.inside {
            if !left.is_empty() {
                text.push(format!("{left:?} of plan {plan} have not exited"));
            }
        }
        books.problems.extend(text);
        std::mem::take(&mut books.problems)
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        let Inner { books, .. } = &*self.0;
        books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn report(&mut self, problem: String) {
        self.problems.push(problem);
    }
}
