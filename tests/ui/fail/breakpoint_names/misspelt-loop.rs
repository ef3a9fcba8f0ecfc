use callbacks::prelude::*;

struct Log;

#[callback(Fitt)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
