use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(minutes = 5)]
    fn on_epoch_end(&self) {}
}

fn main() {}
