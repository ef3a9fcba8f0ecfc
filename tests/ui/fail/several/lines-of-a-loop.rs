use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN { on_run_begin; step; on_run_begin; }
        halt => on_halt;
        phase Warm { on_warm_begin; on_warm_end; }
    }
}

fn main() {}
