use callbacks::prelude::*;

struct Log;

#[callback(weight = 10u32)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
