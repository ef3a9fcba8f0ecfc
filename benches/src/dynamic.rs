//! What people write today: a trait with a default method for each moment, and a vector of boxes.

use crate::{Input, Output, work};

/// A trait of the size of luz's.
#[allow(unused_variables, reason = "default methods do nothing")]
pub trait Observer {
    /// Does nothing by default.
    fn on_fit_begin(&mut self, input: &Input, output: &mut Output) {}
    /// Does nothing by default.
    fn on_epoch_begin(&mut self, input: &Input, output: &mut Output) {}
    /// Does nothing by default.
    fn on_batch_begin(&mut self, input: &Input, output: &mut Output) {}
    /// Does nothing by default.
    fn on_batch_end(&mut self, input: &Input, output: &mut Output) {}
    /// Does nothing by default.
    fn on_epoch_end(&mut self, input: &Input, output: &mut Output) {}
    /// Does nothing by default.
    fn on_fit_end(&mut self, input: &Input, output: &mut Output) {}
}

struct Busy<const K: u64>(u64);

impl<const K: u64> Observer for Busy<K> {
    fn on_batch_end(&mut self, input: &Input, output: &mut Output) {
        work::<K>(&mut self.0, input, output);
    }
}

struct Idle<const K: u64>;

impl<const K: u64> Observer for Idle<K> {
    fn on_fit_end(&mut self, _: &Input, output: &mut Output) {
        output.0 ^= K;
    }
}

/// A vector of boxed observers.
pub struct Dynamic {
    observers: Vec<Box<dyn Observer>>,
    input: Input,
    output: Output,
}

impl Dynamic {
    /// So many that do something at a batch's end, at most 64, and so many that do not.
    pub fn new(handlers: usize, idle: usize) -> Self {
        macro_rules! busy {
            ($k:literal) => {
                Box::new(Busy::<$k>(0)) as Box<dyn Observer>
            };
        }
        macro_rules! idle {
            ($k:literal) => {
                || Box::new(Idle::<$k>) as Box<dyn Observer>
            };
        }
        let make: [fn() -> Box<dyn Observer>; 64] = crate::numbered!(idle);
        let mut observers: Vec<_> = crate::numbered!(busy).into_iter().take(handlers).collect();
        observers.extend(make.iter().cycle().take(idle).map(|make| make()));
        Self {
            observers,
            input: Input(3),
            output: Output(0),
        }
    }

    /// Tells all of a batch's end, so many times.
    pub fn fire(&mut self, times: u64) -> u64 {
        for _ in 0..times {
            for observer in &mut self.observers {
                observer.on_batch_end(&self.input, &mut self.output);
            }
        }
        self.output.0
    }
}
