use callbacks::prelude::*;

struct Log;

#[callback(before(Log))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
