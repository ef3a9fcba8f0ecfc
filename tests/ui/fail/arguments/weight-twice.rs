use callbacks::prelude::*;

struct Log;

#[callback(weight = 1, weight = 2)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
