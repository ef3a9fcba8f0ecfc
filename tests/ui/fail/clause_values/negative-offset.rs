use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(steps = 10, offset = -3)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
