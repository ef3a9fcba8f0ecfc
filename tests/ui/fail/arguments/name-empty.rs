use callbacks::prelude::*;

struct Log;

#[callback(name = "")]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
