use callbacks::prelude::*;

struct Log;

#[callback(after(Checkpoint))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
