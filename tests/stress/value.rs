//! State of every shape: on the heap, of a large alignment, and without a size.

use super::census::Census;
use std::cell::RefCell;
use std::hint::black_box;

thread_local! {
    /// The census of values without a size that are made and dropped on this thread.
    static NOTHINGS: RefCell<Option<Census>> = const { RefCell::new(None) };
}

/// From now on values without a size are counted there.
pub(crate) fn count_nothings(census: &Census) {
    NOTHINGS.set(Some(census.clone()));
}

/// What every value can do.
pub(crate) trait Value: 'static {
    fn make(census: &Census) -> Self;

    /// Looks whether it is whole, and where it should be.
    fn look(&self, census: &Census);

    fn write(&mut self, census: &Census);
}

/// What is in a value.
struct Contents {
    number: u64,
    /// Freed twice where the value is dropped twice.
    heap: Box<u64>,
    writes: u64,
    census: Census,
}

impl Contents {
    fn new(census: &Census) -> Self {
        let number = census.make();
        Self {
            number,
            heap: Box::new(!number),
            writes: 0,
            census: census.clone(),
        }
    }

    fn look(&self, place: *const (), align: usize) {
        let address = black_box(place).addr();
        if !address.is_multiple_of(align) {
            let number = self.number;
            self.census.report(format!(
                "the value {number} of alignment {align} is at {address:#x}"
            ));
        }
        if *self.heap != !self.number {
            self.census
                .report(format!("the value {} is not whole", self.number));
        }
    }
}

impl Drop for Contents {
    fn drop(&mut self) {
        self.census.drop_one(self.number, self.writes);
    }
}

/// A copy is a new value, into which nothing has written.
impl Clone for Contents {
    fn clone(&self) -> Self {
        Self::new(&self.census)
    }
}

macro_rules! values {
    ($($(#[$attribute:meta])* $Value:ident)*) => {$(
        $(#[$attribute])*
        #[derive(Clone)]
        pub(crate) struct $Value<const N: usize>(Contents);

        impl<const N: usize> Value for $Value<N> {
            fn make(census: &Census) -> Self {
                Self(Contents::new(census))
            }

            fn look(&self, _: &Census) {
                self.0.look(std::ptr::from_ref(self).cast(), align_of::<Self>());
            }

            fn write(&mut self, census: &Census) {
                self.look(census);
                self.0.writes += 1;
                census.write();
            }
        }
    )*};
}

values! {
    /// Of a type that is seen before all others.
    Near
    /// Of a type that is seen behind all others.
    Far
    /// At a cache line.
    #[repr(align(64))]
    Line
    /// At a page.
    #[repr(align(4096))]
    Page
}

/// A value without a size.
pub(crate) struct Nothing<const N: usize>(());

fn count_nothing(by: i64) {
    NOTHINGS.with_borrow(|census| {
        if let Some(census) = census {
            census.count_nothing(by);
        }
    });
}

impl<const N: usize> Value for Nothing<N> {
    fn make(_: &Census) -> Self {
        count_nothing(1);
        Self(())
    }

    fn look(&self, census: &Census) {
        if black_box(std::ptr::from_ref(self)).is_null() {
            census.report("a value without a size is nowhere".to_owned());
        }
    }

    fn write(&mut self, census: &Census) {
        self.look(census);
    }
}

impl<const N: usize> Drop for Nothing<N> {
    fn drop(&mut self) {
        count_nothing(-1);
    }
}
