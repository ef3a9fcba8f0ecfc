use callbacks::driver::Verdict;
use callbacks::prelude::*;

breakpoints! {
    pub loop Relax {
        scope STEP {
            before_step;
            on_update -> Verdict measures;
            after_step;
        }
    }
}

fn main() {}
