use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(first, until = 100)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
