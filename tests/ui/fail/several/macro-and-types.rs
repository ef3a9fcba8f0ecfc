use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, a: Epoch, b: Step) -> bool { true }
    fn on_fit_ned(&self) {}
}

fn main() {}
