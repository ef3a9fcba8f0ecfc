//! `#[derive(Parameters)]` and `#[derive(Gradients)]`, in stages: syntax → model → check → expand.

pub(crate) mod check;
pub(crate) mod expand;
pub(crate) mod model;
pub(crate) mod syntax;
