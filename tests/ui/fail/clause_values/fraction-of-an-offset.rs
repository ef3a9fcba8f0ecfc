use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(epochs = 2, offset = 0.5)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
