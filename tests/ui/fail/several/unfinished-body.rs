use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self) { self.; }
    fn on_fit_ned(&self) {}
}

fn main() {}
