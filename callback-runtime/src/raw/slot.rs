//! One number per type, the same everywhere in the process.
//!
//! Were slots numbered by each state on its own, an index resolved against one state could be used on another. As
//! it is, states may be swapped, moved and created at will: an index cannot mean the wrong type.

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::marker::PhantomData;
use std::sync::{PoisonError, RwLock};

/// The place of values of type `T` in every [`Table`](super::Table).
pub(crate) struct Slot<T> {
    index: usize,
    of: PhantomData<fn() -> T>,
}

impl<T: 'static> Slot<T> {
    /// The slot of `T`. A thread asks the process-wide numbering once per type.
    pub(crate) fn of() -> Self {
        let index = KNOWN.with_borrow_mut(|known| {
            *known
                .entry(TypeId::of::<T>())
                .or_insert_with_key(|id| number(*id))
        });
        Self {
            index,
            of: PhantomData,
        }
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }
}

type Numbers = HashMap<TypeId, usize, BuildHasherDefault<AlreadyHashed>>;

static NUMBERS: RwLock<Option<Numbers>> = RwLock::new(None);

thread_local! {
    static KNOWN: RefCell<Numbers> = RefCell::default();
}

fn number(id: TypeId) -> usize {
    let mut numbers = NUMBERS.write().unwrap_or_else(PoisonError::into_inner);
    let numbers = numbers.get_or_insert_default();
    let next = numbers.len();
    *numbers.entry(id).or_insert(next)
}

/// A `TypeId` is a hash already.
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

    fn write_u64(&mut self, word: u64) {
        self.0 ^= word;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
