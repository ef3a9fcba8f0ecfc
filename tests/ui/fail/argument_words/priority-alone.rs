use callbacks::prelude::*;

struct Log;

#[callback(priority)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
