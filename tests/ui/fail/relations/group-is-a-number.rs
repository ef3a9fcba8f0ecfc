use callbacks::prelude::*;

struct Log;

#[callback(group(3))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
