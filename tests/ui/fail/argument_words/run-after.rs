use callbacks::prelude::*;

struct Log;

#[callback(run_after = Recorder)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
