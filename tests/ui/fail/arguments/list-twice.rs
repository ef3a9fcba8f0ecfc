use callbacks::prelude::*;

struct Log;
struct Metrics;

#[callback(after(Metrics), after("loss"))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
