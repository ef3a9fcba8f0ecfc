use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(Period::epochs(1).last())]
    fn on_train_batch_end(&self) {}
}

fn main() {}
