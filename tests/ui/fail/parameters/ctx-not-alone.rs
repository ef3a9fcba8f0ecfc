use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, _epoch: &Epoch, _ctx: Ctx<'_>) {}
}

fn main() {}
