use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(once(steps = 10, steps = 20))]
    fn on_train_batch_end(&self) {}
}

fn main() {}
