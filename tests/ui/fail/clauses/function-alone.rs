use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(Self::is_due)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
