use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every]
    fn on_train_batch_end(&self) {}
}

fn main() {}
