//! `#[callback]`.

pub(crate) mod check;
pub(crate) mod expand;
pub(crate) mod model;
pub(crate) mod syntax;

#[cfg(test)]
mod tests;
