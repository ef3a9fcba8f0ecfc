use callbacks::breakpoints;
use callbacks::prelude::*;

breakpoints! {
    loop Newton {
        scope STEP counts Step {
            before_step;
            after_step completes Step;
        }
    }
}

fn main() {}
