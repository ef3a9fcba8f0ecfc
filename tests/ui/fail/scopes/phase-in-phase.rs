use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        phase RUN {
            on_run_begin;
            phase WARM { on_warm_begin; on_warm_end; }
            on_run_end;
        }
    }
}

fn main() {}
