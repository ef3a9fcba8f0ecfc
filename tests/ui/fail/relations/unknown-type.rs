use callbacks::prelude::*;

struct Log;
pub struct Counts;

#[callback(after(Metrcs))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
