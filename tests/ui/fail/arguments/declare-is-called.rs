use callbacks::prelude::*;

struct Decay;

#[callback(declare = Self::declare())]
impl Decay {
    fn on_epoch_end(&self) {}
}

fn main() {}
