//! State that its `Default` makes, where a callback provides it and names no function.

/// A type that can be built without arguments: every type with a `Default`. A trait of ours, so that the compiler's message for other
/// types says what to write.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `Default` that makes it",
    label = "provided, but nothing makes it",
    note = "derive `Default` for it, or name a function of the callback that makes it: `provides({Self} = Self::make)`"
)]
pub trait ByDefault: Sized {
    #[doc(hidden)]
    fn made() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> ByDefault for T {
    fn made() -> Self {
        T::default()
    }
}

/// Makes it for any callback.
#[doc(hidden)]
pub fn by_default<T: ByDefault, C>(_: &C) -> T {
    T::made()
}
