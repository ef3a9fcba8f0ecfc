use callbacks::prelude::*;

struct Log;

#[callback(order = -1)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
