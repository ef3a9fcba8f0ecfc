use callbacks::prelude::*;

breakpoints! {
    loop Relax {
        scope RUN { on_run_begin; on_step; r#on_step; on_run_end; }
    }
}

fn main() {}
