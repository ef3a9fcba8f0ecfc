use callbacks::prelude::*;

struct Log;

#[callback(after(" "))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
