use callbacks::prelude::*;

struct Log;

#[callback(wieght = 10)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
