//! `#[callback]`, which makes the functions of an `impl` block handlers.

pub(crate) mod check;
pub(crate) mod expand;
pub(crate) mod model;
pub(crate) mod syntax;

#[cfg(test)]
mod tests;
