use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN { on_run_begin; stop => on_stop; on_run_end; }
    }
}

fn main() {}
