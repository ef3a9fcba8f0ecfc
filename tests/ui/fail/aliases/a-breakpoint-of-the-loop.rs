use callbacks::prelude::*;

breakpoints! {
    loop Relax {
        scope RUN { on_run_begin; on_run_end; }
        aliases "Keras" { on_run_begin => on_run_end; }
    }
}

fn main() {}
