use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(steps = 10, offset = true.then_some(3))]
    fn on_train_batch_end(&self) {}
}

fn main() {}
