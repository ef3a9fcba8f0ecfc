//! What `callbacks` costs, beside code written inline and beside its peers.

#![forbid(unsafe_code)]

pub mod contenders;
pub mod measure;
pub mod report;
