use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_start(&self) {}
}

fn main() {}
