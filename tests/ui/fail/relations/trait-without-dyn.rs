use callbacks::prelude::*;

struct Log;
trait Monitor {}

#[callback(group(Monitor))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
