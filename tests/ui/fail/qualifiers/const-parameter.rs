use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end<const N: usize>(&self) {}
}

fn main() {}
