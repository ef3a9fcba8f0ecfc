use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(time = 0.0)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
