//! Which handler holds which state, in debug builds: an overlap of two handlers is a failure that names a type and a callback.
//!
//! That there is none follows from how lists are bound and groups are formed; this notices where it does not.

#[cfg(debug_assertions)]
use crate::raw::{Access, AccessKind};
#[cfg(debug_assertions)]
use std::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the handlers that run on one table hold of it. Empty where debug assertions are off.
#[derive(Debug, Default)]
pub(crate) struct Borrows(Mutex<Held>);

#[derive(Debug, Default)]
struct Held {
    /// By slot: how many handlers read it, or [`WRITTEN`].
    slots: Vec<i32>,
    /// A handler has the whole table. It may run a plan on it, which begins with [`Borrows::set_aside`].
    whole: bool,
    /// How many handlers hold something.
    holders: usize,
}

#[cfg(debug_assertions)]
const WRITTEN: i32 = -1;

impl Borrows {
    pub(crate) fn grow(&self, width: usize) {
        let mut held = self.lock();
        if cfg!(debug_assertions) && held.slots.len() < width {
            held.slots.resize(width, 0);
        }
    }

    /// What runs on the table from now on runs for the handler that has the whole of it.
    pub(crate) fn set_aside(&self) -> Aside {
        let mut held = self.lock();
        Aside {
            whole: std::mem::take(&mut held.whole),
            holders: std::mem::take(&mut held.holders),
        }
    }

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
    /// Whether it could be had.
    fn take(&mut self, access: &Access) -> bool {
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

    fn give_back(&mut self, access: &Access) {
        match (access.kind, self.slots.get_mut(access.slot.index())) {
            (AccessKind::Everything, _) => self.whole = false,
            (AccessKind::Read, Some(slot)) => *slot -= 1,
            (AccessKind::Write, Some(slot)) => *slot = 0,
            (_, None) => {}
        }
    }
}

/// What handlers held when a run began.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Aside {
    whole: bool,
    holders: usize,
}

/// What one handler holds while it runs. Given back when it is dropped, also by a panic.
#[cfg(debug_assertions)]
#[derive(Debug)]
pub(crate) struct Hold<W: AsRef<[Access]>> {
    of: Arc<Borrows>,
    accesses: W,
    /// How many of the accesses it holds.
    taken: usize,
}

#[cfg(debug_assertions)]
impl<W: AsRef<[Access]>> Hold<W> {
    /// Panics where another handler has what cannot be shared; the run takes that for a failure of this one.
    pub(crate) fn take(of: Arc<Borrows>, accesses: W, handler: &str) -> Self {
        of.lock().holders += 1;
        let mut hold = Self {
            of,
            accesses,
            taken: 0,
        };
        while let Some(access) = hold.accesses.as_ref().get(hold.taken) {
            let is_taken = hold.of.lock().take(access);
            assert!(
                is_taken,
                "a handler of `{handler}` got `{}` while another one had it; please report this",
                access.type_name
            );
            hold.taken += 1;
        }
        hold
    }
}

#[cfg(debug_assertions)]
impl<W: AsRef<[Access]>> Drop for Hold<W> {
    fn drop(&mut self) {
        let mut held = self.of.lock();
        for access in &self.accesses.as_ref()[..self.taken] {
            held.give_back(access);
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

    /// How the second of two handlers that run at the same time fails.
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
        // What the failed one had is given back.
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
