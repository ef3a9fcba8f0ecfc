use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, _any: &mut dyn std::fmt::Debug) {}
}

fn main() {}
