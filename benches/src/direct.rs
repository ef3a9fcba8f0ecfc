//! The floor: calls through function pointers with the same arguments, and nothing else.

use crate::{Input, Output, work};

type Call = fn(&mut u64, &Input, &mut Output);

/// Function pointers, each with the sum it works on.
#[derive(Debug)]
pub struct Direct {
    calls: Vec<(Call, u64)>,
    input: Input,
    output: Output,
}

impl Direct {
    /// So many of them, at most 64.
    pub fn new(handlers: usize) -> Self {
        macro_rules! call {
            ($k:literal) => {
                work::<$k> as Call
            };
        }
        let calls = crate::numbered!(call).into_iter().take(handlers);
        Self {
            calls: calls.map(|call| (call, 0)).collect(),
            input: Input(3),
            output: Output(0),
        }
    }

    /// Calls all, so many times.
    pub fn fire(&mut self, times: u64) -> u64 {
        for _ in 0..times {
            for (call, own) in &mut self.calls {
                call(own, &self.input, &mut self.output);
            }
        }
        self.output.0
    }
}
