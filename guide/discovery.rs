//! The program of the page on discovery.

#![allow(missing_docs, reason = "the program is written for readers")]

include!(concat!(env!("OUT_DIR"), "/discovery.rs"));
