use callbacks::prelude::*;

struct Log;

#[callback(crate = nowhere)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
