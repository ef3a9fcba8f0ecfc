//! A debug check that no two handlers borrow the same state at the same time. An overlap is a failure that names the type and the callback.
//!
//! The way in which lists are bound and groups are formed rules out an overlap. The check finds mistakes there.

#[cfg(debug_assertions)]
use crate::raw::{Access, AccessKind};
#[cfg(debug_assertions)]
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The borrows of the handlers that run on one table. Always empty without debug assertions.
#[derive(Debug, Default)]
pub(crate) struct Borrows(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    /// The borrow of each slot: how many handlers read it, or [`WRITTEN`].
    slots: Vec<i32>,
    /// Whether a handler has the whole table. It may run another plan on the table, which begins with [`Borrows::set_aside`].
    whole: bool,
    /// How many handlers are running.
    holders: usize,
}

#[cfg(debug_assertions)]
/// The borrow of a slot that a handler may change.
const WRITTEN: i32 = -1;

impl Borrows {
    /// Makes room for `width` slots.
    pub(crate) fn grow(&self, width: usize) {
        let mut held = self.lock();
        if cfg!(debug_assertions) && held.slots.len() < width {
            held.slots.resize(width, 0);
        }
    }

    /// Forgets the borrow of the whole table, for a run that begins inside the handler that has it. Returns it for
    /// [`put_back`](Self::put_back).
    pub(crate) fn set_aside(&self) -> Aside {
        let mut held = self.lock();
        Aside {
            whole: std::mem::take(&mut held.whole),
            holders: std::mem::take(&mut held.holders),
        }
    }

    /// Restores the borrow of the whole table at the end of an inner run.
    pub(crate) fn put_back(&self, aside: Aside) {
        let mut held = self.lock();
        (held.whole, held.holders) = (aside.whole, aside.holders);
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(debug_assertions)]
impl Held {
    /// Records a borrow. Returns whether it is compatible with the others; if not, it is not recorded.
    fn acquire(&mut self, access: &Access) -> bool {
        match (access.kind, self.slots.get_mut(access.slot.index())) {
            (AccessKind::Everything, _) if self.whole || self.holders > 1 => return false,
            (AccessKind::Everything, _) => self.whole = true,
            (AccessKind::Read | AccessKind::Write, _) if self.whole => return false,
            (AccessKind::Read, Some(slot)) if *slot >= 0 => *slot += 1,
            (AccessKind::Write, Some(slot)) if *slot == 0 => *slot = WRITTEN,
            (_, None) => {}
            _ => return false,
        }
        true
    }

    /// Removes a borrow that [`acquire`](Self::acquire) has recorded.
    fn release(&mut self, access: &Access) {
        match (access.kind, self.slots.get_mut(access.slot.index())) {
            (AccessKind::Everything, _) => self.whole = false,
            (AccessKind::Read, Some(slot)) => *slot -= 1,
            (AccessKind::Write, Some(slot)) => *slot = 0,
            (_, None) => {}
        }
    }
}

/// The borrow of the whole table by the handler inside which a run began, and the number of handlers that were running.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Aside {
    whole: bool,
    holders: usize,
}

/// The borrows of one running handler. Drop releases them, also after a panic.
#[cfg(debug_assertions)]
#[derive(Debug)]
pub(crate) struct Hold<W: AsRef<[Access]>> {
    borrows: Arc<Borrows>,
    accesses: W,
    /// How many of the accesses are acquired.
    acquired: usize,
}

#[cfg(debug_assertions)]
impl<W: AsRef<[Access]>> Hold<W> {
    /// Acquires `accesses` for the handler of the callback `callback`.
    ///
    /// Panics if they overlap with those of another handler. The run handles the panic as a failure of this handler.
    pub(crate) fn take(borrows: Arc<Borrows>, accesses: W, callback: &str) -> Self {
        borrows.lock().holders += 1;
        let mut hold = Self {
            borrows,
            accesses,
            acquired: 0,
        };
        while let Some(access) = hold.accesses.as_ref().get(hold.acquired) {
            let is_acquired = hold.borrows.lock().acquire(access);
            assert!(
                is_acquired,
                "a handler of `{callback}` got `{}` while another one had it; please report this",
                access.type_name
            );
            hold.acquired += 1;
        }
        hold
    }
}

#[cfg(debug_assertions)]
impl<W: AsRef<[Access]>> Drop for Hold<W> {
    fn drop(&mut self) {
        let mut held = self.borrows.lock();
        for access in &self.accesses.as_ref()[..self.acquired] {
            held.release(access);
        }
        held.holders = held.holders.saturating_sub(1);
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::{Borrows, Hold};
    use crate::raw::{Access, Params};
    use crate::state::Ctx;
    use crate::state::param::Ask;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    fn accesses<P: Params>() -> Vec<Access> {
        P::accesses().as_ref().to_vec()
    }

    fn reads() -> Vec<Access> {
        accesses::<(Ask<&'static u32>,)>()
    }

    fn writes() -> Vec<Access> {
        accesses::<(Ask<&'static mut u32>,)>()
    }

    fn everything() -> Vec<Access> {
        accesses::<(Ask<Ctx<'static>>,)>()
    }

    /// Returns the message with which the second of two handlers that run at the same time fails.
    fn overlap(first: Vec<Access>, second: Vec<Access>) -> Option<String> {
        let borrows = Arc::new(Borrows::default());
        let slots = first
            .iter()
            .chain(&second)
            .map(|access| access.slot.index());
        borrows.grow(1 + slots.max().unwrap_or(0));
        let first = Hold::take(borrows.clone(), first, "One");
        let taken = catch_unwind(AssertUnwindSafe(|| {
            Hold::take(borrows.clone(), second.clone(), "Another");
        }));
        drop(first);
        // The failed handler has released its borrows.
        Hold::take(borrows, second, "Later");
        taken.err()?.downcast_ref::<String>().cloned()
    }

    #[test]
    fn an_overlap_names_the_callback_and_the_type() {
        for (first, second) in [
            (reads(), writes()),
            (writes(), reads()),
            (writes(), writes()),
        ] {
            let text = overlap(first, second).expect("they overlap");
            assert!(
                text.contains("a handler of `Another` got `u32` while another one had it"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_handler_that_has_everything_is_alone() {
        assert!(overlap(reads(), everything()).is_some());
        assert!(overlap(everything(), reads()).is_some());
        assert!(overlap(everything(), everything()).is_some());
    }

    #[test]
    fn readers_share() {
        assert_eq!(overlap(reads(), reads()), None);
        assert_eq!(overlap(writes(), Vec::new()), None);
    }
}
