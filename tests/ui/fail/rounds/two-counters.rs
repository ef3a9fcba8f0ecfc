use callbacks::breakpoints;
use callbacks::fit::Epoch;
use callbacks::prelude::*;

breakpoints! {
    loop Newton with Step as steps by hand, Epoch as epochs by hand {
        scope RUN {
            on_run_begin;
            after_step completes Step;
            on_run_end completes Epoch;
        }
    }
}

fn main() {}
