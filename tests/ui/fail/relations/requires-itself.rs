use callbacks::prelude::*;

struct Log;

#[callback(requires(Log))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
