use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_train_epoch_end(&self) {}
}

fn main() {}
