//! A training loop by hand gets callbacks for a dozen lines, and they do what they do in a trainer.
//!
//! `before.rs` is the loop, `after.rs` is the same file with callbacks, and `trainer.rs` trains the same model with a trainer.
#![allow(
    dead_code,
    reason = "both files are whole programs, and the test calls parts of them"
)]
#![allow(
    clippy::cast_precision_loss,
    clippy::unnecessary_wraps,
    reason = "the loop is as its author has written it"
)]

// The lines are the subject, so rustfmt leaves them as they are.
#[rustfmt::skip]
mod after;
#[rustfmt::skip]
mod before;
mod trainer;

use std::{env, fs};

const BEFORE: &str = include_str!("before.rs");
const AFTER: &str = include_str!("after.rs");

/// The lines that a program may gain, without and with its `use` lines.
const GOAL: (usize, usize) = (12, 14);

/// The lines of `after` that are not in `before`, without comments.
fn gained() -> Vec<&'static str> {
    let mut before = BEFORE.lines().peekable();
    let mut gained = Vec::new();
    for line in AFTER.lines() {
        let mut rest = before.clone();
        match rest.find(|other| *other == line) {
            Some(_) => before = rest,
            None => gained.push(line),
        }
    }
    gained.retain(|line| !line.starts_with("//!"));
    gained
}

#[test]
fn the_loop_gains_a_dozen_lines() {
    let gained = gained();
    let is_use = |line: &&&str| line.starts_with("use ");
    let uses = gained.iter().filter(is_use).count();
    assert_eq!((gained.len() - uses, gained.len()), GOAL, "{gained:#?}");
}

#[test]
fn the_readme_shows_the_lines_that_the_loop_gains() {
    let readme = include_str!("../../README.md");
    let shown = readme.lines().filter_map(|line| line.strip_prefix('+'));
    assert_eq!(shown.collect::<Vec<_>>(), gained());
}

#[test]
fn the_callbacks_do_what_they_do_in_a_trainer() {
    let folder = env::temp_dir().join(format!("callbacks-your-loop-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    env::set_current_dir(&folder).unwrap();
    let model = after::main().unwrap();
    let log = fs::read_to_string("log.csv").unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let (expected_model, expected_log) = trainer::run();
    assert_eq!(log, expected_log);
    assert_eq!(model, expected_model);
    assert!(log.lines().count() < 21, "the fit is stopped early: {log}");
}
