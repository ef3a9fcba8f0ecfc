//! State that a callback provides with `provides(T)`, without naming a function: its `Default` makes it.

/// A type with a `Default`. This is a separate trait so that the compiler's message for other types can say what to write.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `Default` that makes it",
    label = "provided, but nothing makes it",
    note = "derive `Default` for it, or name a function of the callback that makes it: `provides({Self} = Self::make)`"
)]
pub trait ByDefault: Sized {
    #[doc(hidden)]
    fn make() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> ByDefault for T {
    fn make() -> Self {
        T::default()
    }
}

/// Makes the state. It has the signature of a function of the callback that provides state.
#[doc(hidden)]
pub fn by_default<T: ByDefault, C>(_: &C) -> T {
    T::make()
}
