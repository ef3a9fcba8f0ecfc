use callbacks::CallbackInfo;
use callbacks::prelude::*;

struct Decay;

impl Decay {
    fn declare(&self, _: CallbackInfo) {}
}

#[callback(declare = Self::declare)]
impl Decay {
    fn on_epoch_end(&self) {}
}

fn main() {}
