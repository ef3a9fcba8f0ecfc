use callbacks::prelude::*;

struct Log;

#[callback(requires(Loss))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
