use callbacks::prelude::*;

breakpoints! {
    loop Relax {
        scope RUN { r#on_enter; on_run_end; }
    }
}

fn main() {}
