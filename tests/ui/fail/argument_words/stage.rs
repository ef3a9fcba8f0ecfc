use callbacks::prelude::*;

struct Log;

#[callback(stage = "after_step")]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
