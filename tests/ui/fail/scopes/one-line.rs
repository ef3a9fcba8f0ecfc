use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN { on_run_begin; }
    }
}

fn main() {}
