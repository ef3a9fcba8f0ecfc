//! Who has which slot, in debug builds: an overlap of two handlers is a failure that names both its type and a handler.
//!
//! That there is none follows from how lists are bound and groups are cut; this is what notices if it does not.

use super::fetch::{Need, Want};
use super::table::Table;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};

/// For each slot of a table who has it now. Empty where debug assertions are off.
#[derive(Default)]
pub(super) struct Borrows {
    /// How many read it, or [`WRITTEN`].
    slots: Vec<AtomicI32>,
    /// A handler has the whole table. It may run a plan on it, which begins with [`set_aside`](Self::set_aside).
    whole: AtomicBool,
    /// How many handlers have something.
    holders: AtomicUsize,
}

const WRITTEN: i32 = -1;

impl Borrows {
    #[inline]
    pub(super) fn grow(&mut self, width: usize) {
        if cfg!(debug_assertions) && self.slots.len() < width {
            self.slots.resize_with(width, AtomicI32::default);
        }
    }

    /// What runs on the table now runs for who has the whole of it, if anybody has.
    pub(super) fn set_aside(&self) -> Aside {
        Aside {
            whole: self.whole.swap(false, Ordering::AcqRel),
            holders: self.holders.swap(0, Ordering::AcqRel),
        }
    }

    pub(super) fn put_back(&self, aside: Aside) {
        self.whole.store(aside.whole, Ordering::Release);
        self.holders.store(aside.holders, Ordering::Release);
    }

    /// Whether it could be had.
    fn take(&self, want: &Want) -> bool {
        let Some(slot) = self.slots.get(want.slot) else {
            return true;
        };
        let taken = |now: i32| match want.need {
            Need::Read if now >= 0 => Some(now + 1),
            Need::Write if now == 0 => Some(WRITTEN),
            _ => None,
        };
        match want.need {
            Need::Everything => !self.whole.swap(true, Ordering::AcqRel),
            Need::Read | Need::Write => slot
                .fetch_update(Ordering::AcqRel, Ordering::Acquire, taken)
                .is_ok(),
        }
    }

    fn give_back(&self, want: &Want) {
        match (want.need, self.slots.get(want.slot)) {
            (Need::Everything, _) => self.whole.store(false, Ordering::Release),
            (Need::Read, Some(slot)) => drop(slot.fetch_sub(1, Ordering::AcqRel)),
            (Need::Write, Some(slot)) => slot.store(0, Ordering::Release),
            (_, None) => {}
        }
    }
}

/// What was had when a run began.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Aside {
    whole: bool,
    holders: usize,
}

/// What one handler has of a table while it runs. Given back when it is dropped, also by a panic.
pub(super) struct Hold<W: AsRef<[Want]>> {
    table: *const Table,
    wants: W,
    /// How many of the wants are had.
    taken: usize,
}

impl<W: AsRef<[Want]>> Hold<W> {
    /// Panics where somebody has what cannot be shared; the run takes that for a failure of the handler.
    ///
    /// # Safety
    /// The table is alive for as long as this is.
    pub(super) unsafe fn take(table: *const Table, wants: W, handler: &str) -> Self {
        let mut hold = Self {
            table,
            wants,
            taken: 0,
        };
        let before = hold.borrows().holders.fetch_add(1, Ordering::AcqRel);
        while let Some(want) = hold.wants.as_ref().get(hold.taken) {
            let is_alone = want.need != Need::Everything || before == 0;
            let others =
                want.need != Need::Everything && hold.borrows().whole.load(Ordering::Acquire);
            assert!(
                is_alone && !others && hold.borrows().take(want),
                "a handler of `{handler}` got `{}` while another one had it; please report this",
                want.type_name
            );
            hold.taken += 1;
        }
        hold
    }

    fn borrows(&self) -> &Borrows {
        // SAFETY: alive, as `take` was told. The table may have grown meanwhile, but nobody changes it now: the handler that has
        // this has not begun, or is over.
        unsafe { (*self.table).borrows() }
    }
}

impl<W: AsRef<[Want]>> Drop for Hold<W> {
    fn drop(&mut self) {
        for want in &self.wants.as_ref()[..self.taken] {
            self.borrows().give_back(want);
        }
        self.borrows().holders.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(all(test, debug_assertions))]
mod tests {
    use super::super::fetch::aims;
    use super::super::slot::Slot;
    use super::super::spread::{Done, Job, Work, spread};
    use super::super::table::View;
    use super::super::thunk::{Entry, Handed, Thunk};
    use super::Table;
    use crate::executor::Executor;
    use crate::failure::Cause;
    use crate::param::Ask;
    use crate::reply::Reply;
    use crate::state::Ctx;
    use std::sync::{Arc, Barrier};

    type Writes = (Ask<&'static mut u32>,);

    type Everything = (Ask<Ctx<'static>>,);

    /// Starts the others while the first is at its work.
    struct Meanwhile(Arc<Barrier>);

    impl Executor for Meanwhile {
        fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
            std::thread::scope(|scope| {
                for job in jobs {
                    scope.spawn(move || job.run());
                }
                self.0.wait();
                here();
                self.0.wait();
            });
        }
    }

    fn entry(table: &Table, thunk: &Thunk) -> Entry {
        Entry {
            call: thunk.call,
            callback: std::ptr::dangling_mut::<()>(),
            function: thunk.function.address.as_ptr().cast::<()>().cast_const(),
            aims: aims(table, thunk.wants()),
            turn: 0,
        }
    }

    /// What a handler comes to that begins while a writer of `u32` is at its work, which goes on undisturbed.
    fn beside_a_writer(thunk: &Thunk) -> Done {
        let barrier = Arc::new(Barrier::new(2));
        let waiting = barrier.clone();
        let write = move |(): &mut (), (value,): (&mut u32,)| {
            waiting.wait();
            *value += 1;
            waiting.wait();
        };
        let writer = Thunk::new::<(), Writes, (), _, _>(write, <() as Reply<()>>::via());
        let mut table = Table::default();
        table.insert(0_u32);
        table.grow(1 + Slot::<Ctx<'static>>::of().index());
        let entries = [entry(&table, thunk), entry(&table, &writer)];
        let view = View::of(&mut table);
        let works = entries.iter().enumerate().map(|(at, entry)| Work {
            at,
            entry,
            into_error: None,
            // SAFETY: they overlap, which is noticed before the second of them is given anything.
            handed: Handed::of(unsafe { view.again() }),
            is_portable: at == 1,
            is_timed: false,
            took: None,
            done: None,
        });
        let mut works: Vec<Work<'_>> = works.collect();
        // SAFETY: aimed at this table; of the two that overlap only one is called.
        let broken = unsafe { spread(&Meanwhile(barrier), &mut works) };
        assert!(broken.is_none());
        assert!(matches!(works[1].done, Some(Done::Continue)));
        works[0].done.take().expect("it was run")
    }

    fn message(done: Done) -> String {
        match done {
            Done::Panicked(panic) => Cause::of_panic(panic).to_string(),
            _ => String::new(),
        }
    }

    #[test]
    fn two_that_write_the_same_are_told_apart() {
        let write = |(): &mut (), _: (&mut u32,)| {};
        let thunk = Thunk::new::<(), Writes, (), _, _>(write, <() as Reply<()>>::via());
        let told = message(beside_a_writer(&thunk));
        assert!(
            told.contains("a handler of `()` got `u32` while another one had it"),
            "{told}"
        );
    }

    #[test]
    fn who_has_everything_is_alone() {
        let look = |(): &mut (), _: (Ctx<'_>,)| {};
        let thunk = Thunk::new::<(), Everything, (), _, _>(look, <() as Reply<()>>::via());
        let told = message(beside_a_writer(&thunk));
        assert!(told.contains("while another one had it"), "{told}");
    }

    #[test]
    fn who_has_nothing_of_it_disturbs_nobody() {
        let nothing = |(): &mut (), (): ()| {};
        let thunk = Thunk::new::<(), (), (), _, _>(nothing, <() as Reply<()>>::via());
        assert!(matches!(beside_a_writer(&thunk), Done::Continue));
    }
}
