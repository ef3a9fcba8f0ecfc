use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, a: Option<&Loss>, b: &mut Loss) {}
}

fn main() {}
