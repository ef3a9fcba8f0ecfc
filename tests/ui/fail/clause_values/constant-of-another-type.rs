use callbacks::prelude::*;

struct Log;

const EVERY: u32 = 10;

#[callback]
impl Log {
    #[every(steps = EVERY)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
