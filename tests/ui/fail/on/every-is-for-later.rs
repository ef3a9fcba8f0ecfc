use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(10)]
    fn on_epoch_end(&self) {}
}

fn main() {}
