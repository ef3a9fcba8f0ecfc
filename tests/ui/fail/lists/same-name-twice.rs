use callbacks::prelude::*;

struct Log;

#[callback(incompatible("loss", "loss"))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
