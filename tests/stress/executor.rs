//! An executor that does what it likes.

use super::census::see;
use callbacks::{Executor, Job};
use std::panic::resume_unwind;
use std::sync::Mutex;
use std::time::Duration;

/// Runs jobs once, twice, never, here, on other threads, in any order; and panics now and then.
pub(crate) struct Erratic(Mutex<fastrand::Rng>);

impl Erratic {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Mutex::new(fastrand::Rng::with_seed(seed)))
    }

    fn chance(&self, below: u8) -> u8 {
        let random = self.0.lock();
        random.map_or(0, |mut random| random.u8(..below))
    }
}

impl Executor for Erratic {
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
        see("a group");
        if self.chance(40) == 0 {
            resume_unwind(Box::new("out of threads"));
        }
        if let Ok(mut random) = self.0.lock() {
            random.shuffle(jobs);
        }
        if self.chance(2) == 0 {
            here();
        }
        match self.chance(6) {
            0 => {}
            1 => jobs.iter_mut().for_each(Job::run),
            2 => {
                jobs.iter_mut().rev().for_each(Job::run);
                jobs.iter_mut().for_each(Job::run);
            }
            3 => {
                let half = jobs.len() / 2;
                jobs[half..].iter_mut().for_each(Job::run);
            }
            _ => std::thread::scope(|scope| {
                for job in jobs.iter_mut() {
                    scope.spawn(move || {
                        job.run();
                        job.run();
                    });
                }
                here();
            }),
        }
        if self.chance(2) == 0 {
            here();
        }
        if self.chance(40) == 0 {
            resume_unwind(Box::new("too late"));
        }
    }

    fn pays(&self, _: Duration) -> bool {
        self.chance(4) > 0
    }
}
