use callbacks::prelude::*;

struct Log;
struct Metrics;

#[callback(after(Metrics), weight = 3, before("loss", Metrics))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
