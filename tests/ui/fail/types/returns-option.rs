use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self) -> Option<Flow> { None }
}

fn main() {}
