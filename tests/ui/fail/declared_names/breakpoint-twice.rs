use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN { on_run_begin; on_step; on_step; on_run_end; }
    }
}

fn main() {}
