use callbacks::prelude::*;

struct Log;

#[callback(weight)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
