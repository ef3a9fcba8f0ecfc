use callbacks::prelude::*;

struct Log;

#[callback(frequency = 100)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
