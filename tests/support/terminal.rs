//! A terminal and a file that progress is shown on, and what is read there.
#![allow(dead_code, reason = "no test uses all of it")]

use callbacks::shelf::Progress;
use indicatif::{InMemoryTerm, ProgressDrawTarget};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A terminal on which every step is drawn, and what it shows.
pub(crate) fn terminal() -> (Progress, InMemoryTerm) {
    let term = InMemoryTerm::new(40, 100);
    let target = ProgressDrawTarget::term_like(Box::new(term.clone()));
    (Progress::live(target).refresh(Duration::ZERO), term)
}

/// Its lines, without the times that are different in each run.
pub(crate) fn shown(term: &InMemoryTerm) -> Vec<String> {
    timeless(&term.contents())
}

fn timeless(text: &str) -> Vec<String> {
    let timeless = |line: &str| line.split(" (").next().unwrap_or_default().to_owned();
    text.lines().map(timeless).collect()
}

/// A file that can be read while it is written.
#[derive(Clone, Default)]
pub(crate) struct Page(pub(crate) Arc<Mutex<Vec<u8>>>);

impl Page {
    pub(crate) fn lines(&self) -> Vec<String> {
        timeless(std::str::from_utf8(&self.0.lock().unwrap()).unwrap())
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The words of a line but for the rate and the time, which follow on the count.
pub(crate) fn words(line: &str) -> String {
    let parts: Vec<&str> = line.split("  ").filter(|part| !part.is_empty()).collect();
    let is_pace = |part: &&&str| {
        let pace = part.ends_with("/s") || part.ends_with(" each");
        !pace
            && !part.ends_with(" left")
            && !part
                .chars()
                .all(|letter| letter.is_ascii_digit() || letter == 's')
    };
    parts
        .iter()
        .filter(is_pace)
        .copied()
        .collect::<Vec<_>>()
        .join(" | ")
}
