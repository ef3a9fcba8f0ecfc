use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN {
            on_run_begin;
            scope STEP { on_step_begin; on_step_end; }
        }
    }
}

fn main() {}
