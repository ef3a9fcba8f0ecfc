use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        stop => on_stop;
    }
}

fn main() {}
