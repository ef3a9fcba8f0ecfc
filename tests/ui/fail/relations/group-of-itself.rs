use callbacks::prelude::*;

struct Log;

#[callback(group(Self))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
