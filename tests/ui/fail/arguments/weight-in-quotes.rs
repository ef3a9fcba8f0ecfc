use callbacks::prelude::*;

struct Log;

#[callback(weight = "10")]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
