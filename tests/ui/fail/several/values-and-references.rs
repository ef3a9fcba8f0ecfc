use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_train_batch_end(&self, _loss: Option<Loss>, _epoch: &&&Epoch, _numbers: Option<(u8, u8)>) {}
}

fn main() {}
