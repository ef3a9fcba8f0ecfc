use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_batch_train_end(&self, _loss: &Loss) {}
}

fn main() {}
