use callbacks::prelude::*;

struct Log;

#[callback(before(+))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
