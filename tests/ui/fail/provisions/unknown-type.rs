use callbacks::prelude::*;

struct Log;

#[callback(provides(Recrd))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
