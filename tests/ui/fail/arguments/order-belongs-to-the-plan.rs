use callbacks::prelude::*;

struct Log;

#[callback(order(Log, Metrics))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
