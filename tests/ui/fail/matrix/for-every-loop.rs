use callbacks::prelude::*;

struct Log;

#[callback(Rounds, register = false)]
impl Log {
    fn on_epoch_end(&self) {}
    fn on_train_epoch_end(&self) {}
    fn on_step_end(&self) {}
    fn on_train_batch_end(&self) {}
    fn after_epoch(&self) {}
    fn epoch_completed(&self) {}
    fn round_end(&self) {}
}

fn main() {}
