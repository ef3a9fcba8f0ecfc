use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_train_epoch_end(&self, _epoch: u32) {}
    fn on_epoch_end(&self, _loss: &&Loss) {}
    fn on_epoch_ned(&self) {}
}

fn main() {}
