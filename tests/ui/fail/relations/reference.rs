use callbacks::prelude::*;

struct Log;
struct Metrics;

#[callback(requires(&Metrics))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
