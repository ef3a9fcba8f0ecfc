//! The digits examples: their data and their learners.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "`pub` in these modules means: for the examples, which use more of them"
)]

#[cfg(feature = "candle")]
#[path = "../../../../examples/digits/candle_mlp.rs"]
pub(super) mod candle_mlp;
#[path = "../../../../examples/digits/data.rs"]
pub(super) mod data;
#[path = "../../../../examples/digits/mlp.rs"]
pub(super) mod mlp;
