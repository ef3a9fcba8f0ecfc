use callbacks::prelude::*;

breakpoints! {
    loop Drive { scope RUN { on_run_begin; on_run_end; } }
}

struct Log;

#[callback(Fit, Drive)]
impl Log {
    fn on_run_ended(&self) {}
    fn on_epoch_end(&self) {}
}

fn main() {}
