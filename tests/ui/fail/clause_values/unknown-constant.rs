use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(steps = EVERY)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
