//! The programs of the pages, which `tests/pages.rs` runs by their names.
#![allow(
    clippy::all,
    clippy::pedantic,
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "the programs are written for readers, and each has a `main` of its own"
)]

/// A module of a program, with a function that runs its `main`.
macro_rules! program {
    ($name:ident) => {
        mod $name {
            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".rs"));

            pub(super) fn run() -> std::process::ExitCode {
                std::process::Termination::report(main())
            }
        }
    };
}

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

fn main() -> std::process::ExitCode {
    run(std::env::args().nth(1).as_deref())
}
