//! Gates: a handler with a period is not asked until its counter stands where it may be due.

use super::table::{Layout, Table};
use crate::loops::{BreakpointId, MAX_BREAKPOINTS};
use crate::period::Counter;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// The proof that every value of a [`Counter`](crate::Counter) type consists of the eight bytes of its number, and that the
/// number is its count. [`counter!`](crate::counter) writes it.
pub struct PlainCounter<T> {
    of: PhantomData<fn() -> T>,
}

impl<T> PlainCounter<T> {
    /// # Safety
    /// `T` is a `u64` or an `f64`, or a struct whose only field is one, and its `count` answers that number.
    pub const unsafe fn new() -> Self {
        const {
            assert!(
                size_of::<T>() == size_of::<u64>(),
                "a counter has the size of its number: leave `repr(align)` out"
            );
        }
        Self { of: PhantomData }
    }
}

impl PlainCounter<u64> {
    // SAFETY: a `u64` is its number.
    pub(crate) const NUMBER: Option<Self> = Some(unsafe { Self::new() });
}

impl<T> Clone for PlainCounter<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PlainCounter<T> {}

/// Makes a [`Counter`](crate::Counter) of a struct whose only field is a `u64` or an `f64`.
///
/// Periods follow such a counter at the cost of one comparison per firing. A counter whose `impl` is written by hand counts
/// as well; its handlers are asked at every firing.
///
/// ```
/// use callbacks::{Amount, Counter, counter};
///
/// /// How many sweeps are results.
/// struct Sweep(u64);
///
/// counter!(Sweep: u64);
///
/// /// The time of the simulation, in seconds.
/// struct Time(f64);
///
/// counter!(Time: f64);
///
/// assert_eq!(Amount::from(Sweep(7).count()), Amount::Whole(7));
/// assert_eq!(Amount::from(Time(0.5).count()), Amount::Real(0.5));
/// ```
#[macro_export]
macro_rules! counter {
    ($Counter:ty: u64) => {
        $crate::counter!(@ $Counter, u64, Whole);
    };
    ($Counter:ty: f64) => {
        $crate::counter!(@ $Counter, f64, Real);
    };
    (@ $Counter:ty, $number:ident, $kind:ident) => {
        impl $crate::Counter for $Counter {
            fn count(&self) -> $crate::Count<'_> {
                let Self(number) = self;
                $crate::Count::$kind(number)
            }

            #[doc(hidden)]
            const PLAIN: $crate::__private::core::option::Option<$crate::__private::PlainCounter<Self>> = {
                let _only_field: fn($crate::__private::core::primitive::$number) -> Self = Self;
                // SAFETY: `_only_field` compiles for a struct of one field of this type alone, and `count` answers it.
                $crate::__private::core::option::Option::Some(unsafe {
                    $crate::__private::PlainCounter::new()
                })
            };
        }
    };
}

/// Closed until a counter reaches a position. Integers are compared, and floating-point numbers by their bits, which have the same
/// order as the numbers if these are not negative. A negative number and NaN open the gate, and the period decides.
#[derive(Debug, Clone, Copy)]
pub(super) struct CounterGate {
    now: NonNull<u64>,
    next: u64,
}

static NOTHING: u64 = 0;

impl CounterGate {
    pub(super) const OPEN: Self = Self {
        now: NonNull::from_ref(&NOTHING),
        next: 0,
    };

    /// A gate over the number at `now`, which is a filled place of a table.
    pub(super) fn new<T>(_: PlainCounter<T>, now: NonNull<u64>, next: u64) -> Self {
        Self { now, next }
    }

    /// # Safety
    /// The table that made the gate is alive.
    #[inline]
    pub(super) unsafe fn is_closed(&self) -> bool {
        // SAFETY: `Table::gate` took the address of a place that was filled with a value which, by its `PlainCounter`, consists of these
        // eight bytes. The place stays allocated as long as the table, and holds no other type; moving the value out leaves its bytes.
        unsafe { self.now.read() < self.next }
    }
}

impl Default for CounterGate {
    fn default() -> Self {
        Self::OPEN
    }
}

/// Makes gates over counters of one type.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GateFactory(fn(&Table, u64) -> Option<CounterGate>);

impl GateFactory {
    /// `None` for a type whose bytes are not its count.
    pub(crate) fn of<T: Counter>() -> Option<Self> {
        T::PLAIN?;
        Some(Self(|table, next| table.gate::<T>(T::PLAIN?, next)))
    }

    /// A gate that is closed until the counter of `table` reaches `next`. `None` if the table does not own such a counter.
    pub(super) fn gate(self, table: &Table, next: u64) -> Option<CounterGate> {
        (self.0)(table, next)
    }
}

/// A gate for each breakpoint at which every handler waits for a counter. Of a fixed size, as
/// [`BreakpointSet`](crate::loops::BreakpointSet) is.
pub(crate) struct GateTable {
    gates: [CounterGate; MAX_BREAKPOINTS],
    /// The table whose counters the gates read.
    of: Layout,
}

impl GateTable {
    pub(crate) fn open_all(&mut self) {
        self.gates.fill(CounterGate::OPEN);
    }

    /// From now on the gates are for counters of `table`.
    pub(super) fn read_from(&mut self, table: &Table) {
        if self.of != table.id() {
            self.of = table.id();
            self.open_all();
        }
    }

    pub(super) fn set(&mut self, breakpoint: BreakpointId, gate: CounterGate) {
        if let Some(place) = self.gates.get_mut(breakpoint.index()) {
            *place = gate;
        }
    }

    /// # Safety
    /// The table of the last `read_from` is alive.
    #[inline]
    pub(super) unsafe fn is_closed(&self, breakpoint: BreakpointId) -> bool {
        let gate = self.gates.get(breakpoint.index());
        // SAFETY: the caller keeps the table alive; `Core::wait` alone calls `set`, with a gate of the frame's table, which
        // `Frame::of` gave to `read_from`.
        gate.is_some_and(|gate| unsafe { gate.is_closed() })
    }
}

impl Default for GateTable {
    fn default() -> Self {
        Self {
            gates: [CounterGate::OPEN; MAX_BREAKPOINTS],
            of: Layout::NONE,
        }
    }
}
