use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_batch_ends(&self) {}
}

fn main() {}
