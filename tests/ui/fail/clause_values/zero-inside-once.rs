use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(once(epochs = 0))]
    fn on_train_batch_end(&self) {}
}

fn main() {}
