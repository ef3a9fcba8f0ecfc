use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, #[cfg(test)] _epoch: &Epoch) {}
}

fn main() {}
