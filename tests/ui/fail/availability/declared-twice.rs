use callbacks::prelude::*;

struct Energy;

breakpoints! {
    loop Drive {
        scope RUN with Energy { on_run_begin; on_step with Energy; on_run_end; }
    }
}

fn main() {}
