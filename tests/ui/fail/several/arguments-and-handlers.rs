use callbacks::prelude::*;

struct Log;

#[callback(wieght = 1, name = "")]
impl Log {
    fn on_epoch_ned(&self) {}
    fn on_fit_end(&self, _epoch: Epoch) {}
}

fn main() {}
