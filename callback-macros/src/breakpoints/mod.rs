//! `breakpoints!`, which declares a loop.

pub(crate) mod check;
pub(crate) mod expand;
pub(crate) mod model;
pub(crate) mod syntax;

#[cfg(test)]
mod tests;
