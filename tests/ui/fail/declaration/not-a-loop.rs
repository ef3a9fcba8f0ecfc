use callbacks::prelude::*;

breakpoints! {
    pub struct Drive {
        scope RUN { on_run_begin; on_run_end; }
    }
}

fn main() {}
