use callbacks::prelude::*;

struct Log;

const EVERY: u64 = 10;

#[callback]
impl Log {
    #[every(seconds = EVERY)]
    fn on_batch_end(&self) {}
}

fn main() {}
