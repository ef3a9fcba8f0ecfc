use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(Period::steps(3))]
    fn on_train_batch_end(&self) {}
}

fn main() {}
