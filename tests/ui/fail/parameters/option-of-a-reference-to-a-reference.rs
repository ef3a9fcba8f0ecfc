use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_train_batch_end(&self, _loss: Option<&&mut Loss>) {}
}

fn main() {}
