use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, _a: Epoch, _b: Step) -> bool { true }
    fn on_fit_ned(&self) {}
}

fn main() {}
