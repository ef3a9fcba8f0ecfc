use callbacks::prelude::*;

breakpoints! {
    loop Drive { scope RUN { on_run_begin; on_run_end; } }
}

struct Log;

#[callback(Drive)]
impl Log {
    fn on_run_bgin(&self) {}
}

fn main() {}
