use callbacks::prelude::*;

struct Log;

#[callback(discover = "no")]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
