use callbacks::prelude::*;

struct Log;

#[callback(weight = 'x')]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
