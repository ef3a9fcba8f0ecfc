use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    extern "C" fn on_epoch_end(&self) {}
}

fn main() {}
