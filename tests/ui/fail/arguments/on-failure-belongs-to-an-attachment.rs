use callbacks::prelude::*;

struct Log;

#[callback(on_failure = warn)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
