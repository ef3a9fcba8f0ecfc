use callbacks::prelude::*;

struct Log;

#[callback(group("Monitors"))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
