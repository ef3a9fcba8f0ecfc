use callbacks::breakpoints;
use callbacks::prelude::*;

breakpoints! {
    loop Newton with Step as steps by hand {
        scope RUN {
            on_run_begin;
            after_step completes Step;
            on_run_end completes Step;
        }
    }
}

fn main() {}
