use callbacks::prelude::*;

breakpoints! {
    loop Mine { scope RUN { on_run_begin; on_run_end; } }
}

struct Log;

#[callback(Mine, strict)]
impl Log {
    fn on_run_end(&self) {}
}

fn main() {}
