use callbacks::prelude::*;

struct Log;

#[callback(state_dict(best))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
