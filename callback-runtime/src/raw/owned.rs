//! Values that are called through copies of their address.

use std::any::TypeId;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

/// Owns a value at an address that stays. Not a `Box`, because copies of the address are kept and used.
pub(crate) struct Owned<D: ?Sized> {
    pub(super) address: NonNull<D>,
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
        // SAFETY: ours, live, and not written while `self` is shared: handlers run through `&mut Machine` only.
        unsafe { self.address.as_ref() }
    }

    pub(crate) fn get_mut(&mut self) -> &mut D {
        // SAFETY: as above, exclusively.
        unsafe { self.address.as_mut() }
    }

    /// The value itself, once nobody uses a copy of its address any more.
    pub(super) fn into_box(self) -> Box<D> {
        let address = ManuallyDrop::new(self).address;
        // SAFETY: leaked from a `Box` in `new`, and not dropped as ours any more; nobody uses a copy of the address.
        unsafe { Box::from_raw(address.as_ptr()) }
    }
}

impl<D: ?Sized> Drop for Owned<D> {
    fn drop(&mut self) {
        // SAFETY: leaked from a `Box` in `new`; who copied the address is dropped no later than this.
        drop(unsafe { Box::from_raw(self.address.as_ptr()) });
    }
}

/// A type that says of itself which it is, also through a trait object. Implemented for what has a size, so that a
/// trait object cannot answer for itself.
pub trait Erased {
    fn erased_type(&self) -> TypeId;
}

impl<T: 'static> Erased for T {
    fn erased_type(&self) -> TypeId {
        TypeId::of::<T>()
    }
}
