use callbacks::prelude::*;

struct Log;

#[callback(provides(dyn Fn()))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
