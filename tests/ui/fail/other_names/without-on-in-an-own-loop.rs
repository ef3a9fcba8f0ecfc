use callbacks::prelude::*;

breakpoints! {
    loop Relax { scope RUN { on_run_begin; before_step; on_run_end; } }
}

struct Log;

#[callback(Relax)]
impl Log {
    fn on_run_end(&self) {}
    fn run_begin(&self) {}
}

fn main() {}
