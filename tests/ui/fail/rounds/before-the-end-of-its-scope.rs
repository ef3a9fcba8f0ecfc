use callbacks::breakpoints;
use callbacks::prelude::*;

breakpoints! {
    loop Newton with Step as steps {
        scope STEP counts Step {
            before_step completes Step;
            after_step;
        }
    }
}

fn main() {}
