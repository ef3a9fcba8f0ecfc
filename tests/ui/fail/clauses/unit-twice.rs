use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(steps = 10, epochs = 1, steps = 20)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
