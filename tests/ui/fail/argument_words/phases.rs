use callbacks::prelude::*;

struct Log;

#[callback(run_valid = false)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
