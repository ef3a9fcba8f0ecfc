//! The `Debug` of errors. `fn main() -> Result<(), Box<dyn Error>>`, `unwrap` and `expect` print an error with `Debug`, and people read it.

/// Implements `Debug` for types as their `Display` text: for errors, and for what they are made of. `callbacks` uses it, too.
#[doc(hidden)]
#[macro_export]
macro_rules! debug_as_display {
    ($($Type:ty),+ $(,)?) => {$(
        impl ::core::fmt::Debug for $Type {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(self, f)
            }
        }
    )+};
}
