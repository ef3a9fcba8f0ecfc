use callbacks::prelude::*;

struct Log;
struct Metrics;

#[callback(aftre(Metrics))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
