use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN { on_run_begin; on_run_end; }
        scope RUN { on_again_begin; on_again_end; }
    }
}

fn main() {}
