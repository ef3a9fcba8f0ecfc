use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self) {}
    fn on_epoch_end(&self) {}
}

fn main() {}
