use callbacks::prelude::*;

struct Log;
struct Metrics;

#[callback(before = [Metrics, Other])]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
