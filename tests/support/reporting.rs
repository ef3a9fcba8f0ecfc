//! A callback that reports when it is entered, exited and dropped, to the test that started its process.
#![allow(dead_code, reason = "no test uses all of it")]

use super::process::{Ended, SaysWhenDropped, say};
use callbacks::{Callback, Handlers, Loop};

/// Reports when it is entered, exited and dropped.
pub(crate) struct Reporting<const N: usize>(SaysWhenDropped<N>);

impl<const N: usize> Reporting<N> {
    pub(crate) fn new() -> Self {
        Self(SaysWhenDropped::new(&format!("callback {N}")))
    }

    pub(crate) fn name(&self) -> &str {
        self.0.name()
    }

    fn enter(&mut self) {
        say(format!("{} enters", self.0.name()));
    }

    fn exit(&mut self) {
        say(format!("{} exits", self.0.name()));
    }
}

impl<L: Loop, const N: usize> Callback<L> for Reporting<N> {
    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::enter);
        h.on_exit(Self::exit);
    }
}

/// The process ended well, what is dropped was dropped once, and no callback exited twice.
pub(crate) fn drops_once(ended: &Ended, dropped: &[&str]) {
    ended.assert_succeeds();
    for line in dropped {
        ended.assert_says_once(line);
    }
    for (nth, line) in ended.lines.iter().enumerate() {
        assert!(!ended.lines[..nth].contains(line), "{line} is said twice");
    }
}
