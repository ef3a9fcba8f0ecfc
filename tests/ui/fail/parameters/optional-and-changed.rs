use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, _a: Option<&Loss>, _b: &mut Loss) {}
}

fn main() {}
