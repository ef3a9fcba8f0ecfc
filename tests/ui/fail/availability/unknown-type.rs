use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN with Energy { on_run_begin; on_run_end; }
    }
}

fn main() {}
