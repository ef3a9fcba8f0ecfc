//! The contenders of `BENCHMARKS.md`: what `callbacks` costs, beside code written inline and beside its peers.

#![forbid(unsafe_code)]

pub mod contenders;
