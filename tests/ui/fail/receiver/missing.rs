use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(_epoch: &Epoch) {}
}

fn main() {}
