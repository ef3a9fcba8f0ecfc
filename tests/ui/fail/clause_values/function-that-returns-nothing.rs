use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(when = |_| ())]
    fn on_train_batch_end(&self) {}
}

fn main() {}
