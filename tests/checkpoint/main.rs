//! Checkpoints on disk: they come back as they were, whatever fails, and what was changed is refused.
//!
//! - `script`: a run that writes and removes checkpoints;
//! - `memory_disk`, `memory_tree`: a file system whose operations fail;
//! - `costs`: how many operations a checkpoint takes;
//! - `crashes`, `faults`: the process is killed, the power fails, an operation fails;
//! - `damage`: bytes that are changed or missing;
//! - `before`: what is found before anything is written: a directory that cannot be written, a lock that another process has;
//! - `directories`: several checkpoints and runs in a directory;
//! - `disk`: the file system of the operating system;
//! - `paths`: a path that is taken for something else;
//! - `python`: what another program reads;
//! - `nested`: values with sequences of numbers;
//! - `values`: any run, and what a checkpoint cannot have.

mod before;
mod costs;
mod crashes;
mod damage;
mod directories;
mod disk;
mod faults;
mod memory_disk;
mod memory_tree;
#[path = "../support/nested.rs"]
mod nested;
mod paths;
mod python;
mod script;
mod values;

#[path = "../support"]
mod support {
    pub(crate) mod momentum;
    pub(crate) mod scored;
}
