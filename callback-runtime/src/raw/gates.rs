//! Gates: while a gate is closed, a firing does not evaluate the periods of its handlers, because their counter has not reached the
//! position at which the first of them may be due.
//!
//! When a gate is set, and to which position, is up to `period/dispatch.rs`.

use super::table::{Table, TableId};
use crate::loops::{BreakpointId, MAX_BREAKPOINTS};
use crate::period::Counter;
use std::marker::PhantomData;
use std::ptr::NonNull;

/// The proof that a value of the [`Counter`](crate::Counter) type `T` consists of the eight bytes of its number, and that this number
/// is its count. The macro [`counter!`](crate::counter) makes it.
pub struct PlainCounter<T> {
    marker: PhantomData<fn() -> T>,
}

impl<T> PlainCounter<T> {
    /// Makes the proof for `T`.
    ///
    /// # Safety
    /// `T` is a `u64` or an `f64`, or a struct whose only field is one, and its `count` returns that number.
    pub const unsafe fn new() -> Self {
        const {
            assert!(
                size_of::<T>() == size_of::<u64>(),
                "a counter has the size of its number: leave `repr(align)` out"
            );
        }
        Self {
            marker: PhantomData,
        }
    }
}

impl PlainCounter<u64> {
    // SAFETY: a `u64` is the number that its `count` returns.
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
/// A handler whose period waits for such a counter costs one comparison per firing. Periods also follow a counter whose `impl` is written
/// by hand, but each firing evaluates them.
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
        $crate::counter!(@ $Counter, u64, Whole, {
            const ADVANCES: $crate::__private::core::primitive::bool = true;

            fn advance(&mut self) {
                let Self(number) = self;
                *number = number.saturating_add(1);
            }
        });
    };
    ($Counter:ty: f64) => {
        $crate::counter!(@ $Counter, f64, Real, {});
    };
    (@ $Counter:ty, $number:ident, $kind:ident, { $($advance:tt)* }) => {
        impl $crate::Counter for $Counter {
            fn count(&self) -> $crate::Count<'_> {
                let Self(number) = self;
                $crate::Count::$kind(number)
            }

            fn restore(&mut self, count: $crate::Amount) {
                if let $crate::Amount::$kind(count) = count {
                    let Self(number) = self;
                    *number = count;
                }
            }

            $($advance)*

            #[doc(hidden)]
            const PLAIN: $crate::__private::core::option::Option<$crate::__private::PlainCounter<Self>> = {
                let _only_field: fn($crate::__private::core::primitive::$number) -> Self = Self;
                // SAFETY: `_only_field` compiles only for a struct with one field of this type, and `count` returns that field.
                $crate::__private::core::option::Option::Some(unsafe {
                    $crate::__private::PlainCounter::new()
                })
            };
        }
    };
}

/// A gate that is closed until a counter reaches a position. It compares floating-point numbers by their bits, which have the same order
/// if no number is negative. A number that is negative or not a number opens the gate, and the period decides.
#[derive(Debug, Clone, Copy)]
pub(super) struct CounterGate {
    /// The address of the counter's number.
    number: NonNull<u64>,
    /// The position that opens the gate, as the bits of a number of the counter's type.
    next: u64,
}

/// The counter of a gate that is always open.
static ZERO: u64 = 0;

impl CounterGate {
    /// A gate that is always open.
    pub(super) const OPEN: Self = Self {
        number: NonNull::from_ref(&ZERO),
        next: 0,
    };

    /// Makes a gate for the counter at `number`, which is a filled allocation of a table.
    pub(super) fn new<T>(_: PlainCounter<T>, number: NonNull<u64>, next: u64) -> Self {
        Self { number, next }
    }

    /// # Safety
    /// The table that made the gate is alive.
    #[inline]
    pub(super) unsafe fn is_closed(&self) -> bool {
        // SAFETY: `Table::counter_gate` took the address of an allocation with a value that, by its `PlainCounter`, consists of these eight
        // bytes. The allocation lives as long as the table and holds values of this type alone. Its bytes stay initialized when the value
        // is moved out.
        unsafe { self.number.read() < self.next }
    }
}

impl Default for CounterGate {
    fn default() -> Self {
        Self::OPEN
    }
}

/// Makes gates for counters of one type. The function gets the table and the position that opens the gate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GateFactory(fn(&Table, u64) -> Option<CounterGate>);

impl GateFactory {
    /// Makes the factory for counters of type `T`. `None` if `T` has no [`PlainCounter`], so that a gate could not read its count.
    pub(crate) fn of<T: Counter>() -> Option<Self> {
        T::PLAIN?;
        Some(Self(|table, next| table.counter_gate::<T>(T::PLAIN?, next)))
    }

    /// Makes a gate that is closed until the counter of `table` reaches `next`. `None` if the table has no counter of its own.
    pub(super) fn gate(self, table: &Table, next: u64) -> Option<CounterGate> {
        (self.0)(table, next)
    }
}

/// One gate for each breakpoint. It is closed while all handlers of the breakpoint wait for a counter. The size is fixed, as that of
/// [`BreakpointSet`](crate::loops::BreakpointSet) is.
pub(crate) struct GateTable {
    /// The gates, by breakpoint. A gate closes at the end of a firing, and [`open_all`](Self::open_all) opens them.
    gates: [CounterGate; MAX_BREAKPOINTS],
    /// The table whose counters the gates read. Changes when a run begins on another table.
    table: TableId,
}

impl GateTable {
    pub(crate) fn open_all(&mut self) {
        self.gates.fill(CounterGate::OPEN);
    }

    /// Makes the gates read counters of `table`: opens those that read counters of another table.
    pub(super) fn read_from(&mut self, table: &Table) {
        if self.table != table.id() {
            self.table = table.id();
            self.open_all();
        }
    }

    pub(super) fn set(&mut self, breakpoint: BreakpointId, gate: CounterGate) {
        if let Some(old) = self.gates.get_mut(breakpoint.index()) {
            *old = gate;
        }
    }

    /// # Safety
    /// The table of the last [`read_from`](Self::read_from) is alive.
    #[inline]
    pub(super) unsafe fn is_closed(&self, breakpoint: BreakpointId) -> bool {
        let gate = self.gates.get(breakpoint.index());
        // SAFETY: `Core::set_gate` alone calls `set`, with a gate of the frame's table, which is the table that `Frame::of` passed to
        // `read_from`. The caller, `Frame::is_waiting`, has that table borrowed.
        gate.is_some_and(|gate| unsafe { gate.is_closed() })
    }
}

impl Default for GateTable {
    fn default() -> Self {
        Self {
            gates: [CounterGate::OPEN; MAX_BREAKPOINTS],
            table: TableId::default(),
        }
    }
}
