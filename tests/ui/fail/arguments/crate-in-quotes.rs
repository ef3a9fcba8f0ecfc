use callbacks::prelude::*;

struct Log;

#[callback(crate = "callbacks")]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
