use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN { on_run_begin; step; on_run_end; }
    }
}

fn main() {}
