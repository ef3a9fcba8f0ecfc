use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(samples = 1e30)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
