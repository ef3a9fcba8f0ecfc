use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope Run { on_run_begin; on_run_end; }
    }
}

fn main() {}
