//! The digits example: its data and its learner.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "`pub` in these modules means: for the examples, which use more of them"
)]

#[path = "../../../../examples/digits/callbacks.rs"]
pub(super) mod callbacks;
#[path = "../../../../examples/digits/data.rs"]
pub(super) mod data;
#[path = "../../../../examples/digits/mlp.rs"]
pub(super) mod mlp;
