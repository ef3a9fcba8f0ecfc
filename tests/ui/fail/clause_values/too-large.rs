use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(steps = 18446744073709551616)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
