use callbacks::prelude::*;

struct Log;

#[callback(register = false, ready_made = true)]
impl Log {
    fn on_epoch_end(&self, _: &Epoch) {}
}

fn main() {}
