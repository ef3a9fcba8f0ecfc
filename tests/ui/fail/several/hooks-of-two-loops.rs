use callbacks::prelude::*;

struct Log;

#[callback(Fit, Driver)]
impl Log {
    fn on_train_epoch_end(&self) {}
    fn on_exception(&self) {}
    fn on_step_end(&self) {}
    fn on_epoch_end(&self) {}
}

fn main() {}
