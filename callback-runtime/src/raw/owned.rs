//! Values that are used through copies of their address.

use crate::outcome::dispose;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

/// Owns a value at a stable address. Not a `Box`, because copies of the address are kept and used.
///
/// **Invariant:** `address` came out of a `Box`. While a copy of the address is used, the owner is neither read, changed nor dropped:
/// [`Core`](super::core::Core) drops its entries before it gives up a callback, and runs them only through `&mut self`; the function of
/// an entry is only read.
pub(crate) struct Owned<D: ?Sized> {
    address: NonNull<D>,
    owns: PhantomData<D>,
}

impl<D: ?Sized> Owned<D> {
    pub(crate) fn new(value: Box<D>) -> Self {
        Self {
            address: NonNull::from(Box::leak(value)),
            owns: PhantomData,
        }
    }

    pub(crate) fn get(&self) -> &D {
        // SAFETY: alive until this is dropped; by the invariant nothing writes to it while `self` is borrowed.
        unsafe { self.address.as_ref() }
    }

    pub(crate) fn get_mut(&mut self) -> &mut D {
        // SAFETY: as in `get`, and nothing reads it either.
        unsafe { self.address.as_mut() }
    }

    /// The address without the type, for an entry.
    pub(super) fn as_ptr(&self) -> *mut () {
        self.address.as_ptr().cast()
    }

    /// Never drops the value: see [`leak`].
    pub(super) fn leak(self) {
        leak(ManuallyDrop::new(self).as_ptr());
    }

    pub(super) fn into_box(self) -> Box<D> {
        let address = ManuallyDrop::new(self).address;
        // SAFETY: out of a `Box`, by the invariant, and not dropped as ours any more.
        unsafe { Box::from_raw(address.as_ptr()) }
    }
}

impl<D: ?Sized> Drop for Owned<D> {
    /// Catches a panic of the value's destructor, so that the other values of a plan are dropped, too.
    fn drop(&mut self) {
        // SAFETY: as in `into_box`.
        let value = unsafe { Box::from_raw(self.address.as_ptr()) };
        dispose(value, "a callback");
    }
}

/// Never drops a value. It stays reachable, so that a check for leaks finds only what was lost by mistake.
pub(super) fn leak<T: 'static>(value: T) {
    static LEAKED: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    let address = Box::into_raw(Box::new(value)).expose_provenance();
    let mut leaked = LEAKED.lock().unwrap_or_else(PoisonError::into_inner);
    leaked.push(address);
}
