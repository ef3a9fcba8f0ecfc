use callbacks::prelude::*;

struct Log;

#[callback(priority = 10)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
