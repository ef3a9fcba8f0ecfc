use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(mut self) { self = Log; }
}

fn main() {}
