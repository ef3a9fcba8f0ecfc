use callbacks::prelude::*;

struct Log;

#[callback(name = loss)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
