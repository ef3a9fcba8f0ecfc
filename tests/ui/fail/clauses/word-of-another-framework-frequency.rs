use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(frequency = 10)]
    fn on_epoch_end(&self) {}
}

fn main() {}
