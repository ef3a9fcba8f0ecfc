use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(0.5)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
