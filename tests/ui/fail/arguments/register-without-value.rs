use callbacks::prelude::*;

struct Log;

#[callback(register)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
