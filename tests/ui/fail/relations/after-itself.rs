use callbacks::prelude::*;

struct Log;

#[callback(after(Self))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
