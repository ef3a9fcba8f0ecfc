use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(moons = 10)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
