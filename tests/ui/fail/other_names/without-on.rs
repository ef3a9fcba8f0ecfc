use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn epoch_end(&self) {}
}

fn main() {}
