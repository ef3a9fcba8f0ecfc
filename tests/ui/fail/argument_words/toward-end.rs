use callbacks::prelude::*;

struct Log;

#[callback(toward_end = true)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
