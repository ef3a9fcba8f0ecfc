use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(steps = 10)]
    const EVERY: u64 = 10;
    fn on_epoch_end(&self) {}
}

fn main() {}
