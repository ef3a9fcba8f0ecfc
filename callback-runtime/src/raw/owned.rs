//! Values that unsafe code uses through copies of their address.

use crate::outcome::dispose;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

/// Owns a value at a fixed address, of which entries keep copies. A `Box` would be undefined behavior here: moving a `Box` invalidates the
/// copies of its address.
///
/// **Invariant:** `address` came out of a `Box`. While a call uses a copy of the address, no method of the owner runs, except
/// reads of a value that calls only read: [`Core`](super::core::Core) drops its entries before it gives up a callback, and calls
/// entries through `&mut self` alone. Calls only read the functions of handlers.
pub(crate) struct Owned<D: ?Sized> {
    /// The address of the value, which never changes.
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
        // SAFETY: the value lives until `self` is dropped or consumed. By the invariant nothing writes to it while `self` is borrowed.
        unsafe { self.address.as_ref() }
    }

    pub(crate) fn get_mut(&mut self) -> &mut D {
        // SAFETY: as in `get`, and by the invariant nothing reads the value while `self` is borrowed exclusively.
        unsafe { self.address.as_mut() }
    }

    /// Returns the address without the type, for an entry.
    pub(super) fn as_ptr(&self) -> *mut () {
        self.address.as_ptr().cast()
    }

    /// Gives the value up without dropping it: see [`leak`].
    pub(super) fn leak(self) {
        leak(ManuallyDrop::new(self).as_ptr());
    }

    pub(super) fn into_box(self) -> Box<D> {
        let address = ManuallyDrop::new(self).address;
        // SAFETY: by the invariant the address came out of a `Box`, and `ManuallyDrop` keeps `drop` from freeing it again.
        unsafe { Box::from_raw(address.as_ptr()) }
    }
}

impl<D: ?Sized> Drop for Owned<D> {
    /// Drops the value and catches a panic of its destructor, so that the plan drops its other values too.
    fn drop(&mut self) {
        // SAFETY: by the invariant the address came out of a `Box`, and `drop` runs once.
        let value = unsafe { Box::from_raw(self.address.as_ptr()) };
        dispose(value, "a callback");
    }
}

/// Gives a value up without dropping it. The value stays reachable from a static, so that leak checkers report only mistakes.
pub(super) fn leak<T: 'static>(value: T) {
    static LEAKED: Mutex<Vec<usize>> = Mutex::new(Vec::new());
    let address = Box::into_raw(Box::new(value)).expose_provenance();
    let mut leaked = LEAKED.lock().unwrap_or_else(PoisonError::into_inner);
    leaked.push(address);
}
