//! One number per type, the same everywhere in the process.
//!
//! If each state numbered its own slots, an index of one state could be used on another. With one numbering, states can be swapped,
//! moved and created: an index never means the wrong type.

use crate::loops::id_types;
use std::any::TypeId;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::marker::PhantomData;
use std::sync::{PoisonError, RwLock};

id_types! {
    /// The number of a type, and the index of its values in every [`Table`](super::Table).
    pub struct SlotId;
}

/// The place of values of type `T` in every [`Table`](super::Table).
pub(crate) struct Slot<T> {
    id: SlotId,
    of: PhantomData<fn() -> T>,
}

impl<T: 'static> Slot<T> {
    /// The slot of `T`. A thread asks the process-wide numbering once per type, and mostly finds it again at once.
    #[inline]
    pub(crate) fn of() -> Self {
        let id = TypeId::of::<T>();
        let index = NEAR.with(|near| {
            let places = places_of(id).map(|place| &near[place]);
            for place in places {
                match place.get() {
                    (Some(known), index) if known == id => return index,
                    _ => {}
                }
            }
            look_up(id, places)
        });
        Self {
            id: SlotId::new(index),
            of: PhantomData,
        }
    }

    #[inline]
    pub(crate) fn id(&self) -> SlotId {
        self.id
    }
}

type Numbers = HashMap<TypeId, usize, BuildHasherDefault<AlreadyHashed>>;

static NUMBERS: RwLock<Option<Numbers>> = RwLock::new(None);

/// The number of types that a thread finds without a search, if each has one of its two places to itself. The first type keeps the
/// first place; the latest of the later ones has the second.
const NEAR_BY: usize = 128;

type Near = Cell<(Option<TypeId>, usize)>;

thread_local! {
    static NEAR: [Near; NEAR_BY] = const { [const { Cell::new((None, 0)) }; NEAR_BY] };
    static KNOWN: RefCell<Numbers> = RefCell::default();
}

#[cold]
#[inline(never)]
fn look_up(id: TypeId, [first, second]: [&Near; 2]) -> usize {
    // `NEAR` has no destructor and is always there. `KNOWN` is gone in the destructors of thread-locals that run after its own.
    let known = KNOWN.try_with(|known| {
        *known
            .borrow_mut()
            .entry(id)
            .or_insert_with_key(|id| number(*id))
    });
    let index = known.unwrap_or_else(|_| number(id));
    let is_free = |place: &Near| place.get().0.is_none();
    let place = if is_free(first) { first } else { second };
    place.set((Some(id), index));
    index
}

fn number(id: TypeId) -> usize {
    let mut numbers = NUMBERS.write().unwrap_or_else(PoisonError::into_inner);
    let numbers = numbers.get_or_insert_default();
    let next = numbers.len();
    *numbers.entry(id).or_insert(next)
}

/// Known when it is compiled.
#[inline]
fn places_of(id: TypeId) -> [usize; 2] {
    let mut hasher = AlreadyHashed::default();
    id.hash(&mut hasher);
    // Some bits of a hash are as good as any.
    let [first, second, ..] = hasher.finish().to_le_bytes();
    [first, second].map(|byte| usize::from(byte) % NEAR_BY)
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
    use super::{NEAR_BY, Slot};
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

    /// Of several times as many types as there are places.
    fn all() -> Vec<usize> {
        each_digit!(ten).concat()
    }

    #[test]
    fn each_type_has_a_number_of_its_own_which_stays_and_is_the_same_on_every_thread() {
        let numbers = all();
        assert!(numbers.len() > 4 * NEAR_BY);
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len());
        assert_eq!(all(), numbers);
        assert_eq!(thread::spawn(all).join().expect("it ends"), numbers);
    }
}
