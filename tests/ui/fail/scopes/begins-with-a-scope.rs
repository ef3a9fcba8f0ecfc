use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN {
            scope STEP { on_step_begin; on_step_end; }
            on_run_end;
        }
    }
}

fn main() {}
