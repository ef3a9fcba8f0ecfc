use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_run_start(&self) {}
    fn on_step_start(&self) {}
    fn on_run_end(&self) {}
    fn on_run_error(&self) {}
}

fn main() {}
