use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN { on_enter; on_run_end; }
    }
}

fn main() {}
