use callbacks::breakpoints;
use callbacks::prelude::*;

breakpoints! {
    loop Simulation with Step as steps {
        scope RUN {
            on_run_begin;
            scope WARM_STEP counts Step {
                before_warm_step;
                after_warm_step;
            }
            scope STEP counts Step {
                before_step;
                after_step completes Step;
            }
            on_run_end;
        }
    }
}

fn main() {}
