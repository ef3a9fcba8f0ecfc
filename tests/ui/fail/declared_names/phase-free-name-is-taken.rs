use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        phase WARM {
            on_warm_begin;
            on_warm_step;
            on_step;
            on_warm_end;
        }
    }
}

fn main() {}
