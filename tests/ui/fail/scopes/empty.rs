use callbacks::prelude::*;

breakpoints! {
    loop Drive {
        scope RUN {}
    }
}

fn main() {}
