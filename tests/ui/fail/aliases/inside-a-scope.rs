use callbacks::prelude::*;

breakpoints! {
    loop Relax {
        scope RUN { on_run_begin; aliases "Keras" { on_train_end => on_run_end; } on_run_end; }
    }
}

fn main() {}
