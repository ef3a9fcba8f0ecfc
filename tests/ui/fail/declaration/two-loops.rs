use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN { on_run_begin; on_run_end; }
    }
    loop Walk {}
}

fn main() {}
