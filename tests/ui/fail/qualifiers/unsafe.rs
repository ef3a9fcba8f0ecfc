use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    unsafe fn on_epoch_end(&self) {}
}

fn main() {}
