use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_ned(&self) {}
    fn on_tuesday(&self) {}
}

fn main() {}
