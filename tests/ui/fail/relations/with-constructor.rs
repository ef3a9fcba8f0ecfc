use callbacks::prelude::*;

struct Log;
struct Metrics;

#[callback(after(Metrics = 3))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
