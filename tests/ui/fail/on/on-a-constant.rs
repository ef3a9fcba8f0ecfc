use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(epoch_end)]
    const EPOCHS: u32 = 3;
    fn on_epoch_end(&self) {}
}

fn main() {}
