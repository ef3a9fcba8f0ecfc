//! Numbers the types of the process: each type has one slot index, which is the same in every table and on every thread.
//!
//! An index that was resolved against one state is therefore valid for every other state, and never stands for another type.
//!
//! How [`Slot::of`] finds the number of a type can change freely, as long as the number of a type never changes and no two types
//! share one.

use crate::loops::id_types;
use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{PoisonError, RwLock};

id_types! {
    /// The number of a type, which is the index of its value in every [`Table`](super::Table).
    pub struct SlotId;
}

/// The [`SlotId`] of the type `T`.
pub(crate) struct Slot<T> {
    id: SlotId,
    marker: PhantomData<fn() -> T>,
}

impl<T: 'static> Slot<T> {
    /// Returns the slot of `T`. A thread takes the lock of the process-wide numbering once per type. Later calls usually find the
    /// number in the thread's cache.
    #[inline]
    pub(crate) fn of() -> Self {
        Self {
            id: slot_of(TypeId::of::<T>()),
            marker: PhantomData,
        }
    }

    /// [`of`](Self::of) for code that runs once. A program does not compile the lookup again.
    pub(crate) fn find() -> Self {
        Self {
            id: find_slot(TypeId::of::<T>()),
            marker: PhantomData,
        }
    }

    #[inline]
    pub(crate) fn id(&self) -> SlotId {
        self.id
    }
}

/// Returns the slot of a type, usually from the cache of the thread.
#[inline]
fn slot_of(id: TypeId) -> SlotId {
    let index = CACHE.with(|cache| {
        let entries = cache_positions(id).map(|position| &cache[position]);
        for entry in entries {
            match entry.get() {
                (Some(cached), index) if cached == id => return index,
                _ => {}
            }
        }
        find_number(id, entries)
    });
    SlotId::new(index)
}

/// [`slot_of`], compiled once.
#[inline(never)]
fn find_slot(id: TypeId) -> SlotId {
    slot_of(id)
}

type Numbers = HashMap<TypeId, usize, BuildHasherDefault<AlreadyHashed>>;

/// The numbers of all types, for the whole process. An entry is added when a thread first asks for the type, and never changes.
static NUMBERS: RwLock<Option<Numbers>> = RwLock::new(None);

/// The number of entries of a thread's cache. A type has two positions in the cache: the first type at the first position keeps it,
/// and later types replace each other at their second position.
const CACHE_SIZE: usize = 128;

/// A type and its number, or `None` and 0 while the entry is empty.
type CacheEntry = Cell<(Option<TypeId>, usize)>;

thread_local! {
    static CACHE: [CacheEntry; CACHE_SIZE] = const { [const { Cell::new((None, 0)) }; CACHE_SIZE] };
    /// The part of [`NUMBERS`] that this thread has asked for.
    static THREAD_NUMBERS: RefCell<Numbers> = RefCell::default();
}

/// Returns the number of a type that is not in the cache, and puts it into one of the type's two cache entries.
#[cold]
#[inline(never)]
fn find_number(id: TypeId, [first, second]: [&CacheEntry; 2]) -> usize {
    // `CACHE` has no destructor, so it exists until the thread ends. `THREAD_NUMBERS` has one: a thread-local that is destroyed
    // after it gets an error here.
    let found = THREAD_NUMBERS.try_with(|numbers| {
        *numbers
            .borrow_mut()
            .entry(id)
            .or_insert_with_key(|id| number_of(*id))
    });
    let index = found.unwrap_or_else(|_| number_of(id));
    let is_free = |entry: &CacheEntry| entry.get().0.is_none();
    let entry = if is_free(first) { first } else { second };
    entry.set((Some(id), index));
    index
}

/// Returns the number of a type in the whole process. A type that has none yet gets the next one.
fn number_of(id: TypeId) -> usize {
    let mut numbers = NUMBERS.write().unwrap_or_else(PoisonError::into_inner);
    let numbers = numbers.get_or_insert_default();
    let next = numbers.len();
    *numbers.entry(id).or_insert(next)
}

/// Returns the two positions of a type in a thread's cache. The compiler evaluates this.
#[inline]
fn cache_positions(id: TypeId) -> [usize; 2] {
    let mut hasher = AlreadyHashed::default();
    id.hash(&mut hasher);
    // Any bits of a hash will do.
    let [first, second, ..] = hasher.finish().to_le_bytes();
    [first, second].map(|byte| usize::from(byte) % CACHE_SIZE)
}

/// A hasher for `TypeId`, which is a hash already: it passes the bits through.
#[derive(Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 ^= u64::from_ne_bytes(word);
        }
    }

    #[inline]
    fn write_u64(&mut self, word: u64) {
        self.0 ^= word;
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{CACHE_SIZE, Slot};
    use std::collections::BTreeSet;
    use std::thread;

    struct Nth<const TEN: usize, const ONE: usize>;

    macro_rules! each_digit {
        ($of:ident $(::<$ten:ident>)?) => {
            each_digit!(@ $of $(::<$ten>)?, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23)
        };
        (@ one::<TEN>, $($digit:literal)*) => {
            [$(Slot::<Nth<TEN, $digit>>::of().id().index()),*]
        };
        (@ ten, $($digit:literal)*) => {
            [$(ten::<$digit>()),*]
        };
    }

    fn ten<const TEN: usize>() -> [usize; 24] {
        each_digit!(one::<TEN>)
    }

    /// Returns the numbers of several times as many types as a cache has entries.
    fn all_numbers() -> Vec<usize> {
        each_digit!(ten).concat()
    }

    #[test]
    fn each_type_has_one_number_that_stays_and_is_the_same_on_every_thread() {
        let numbers = all_numbers();
        assert!(numbers.len() > 4 * CACHE_SIZE);
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
        assert_eq!(all_numbers(), numbers);
        let on_thread = thread::spawn(all_numbers).join();
        assert_eq!(on_thread.expect("the thread ends"), numbers);
    }
}
