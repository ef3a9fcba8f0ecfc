use callbacks::prelude::*;

struct Decay;

#[callback(declare)]
impl Decay {
    fn on_epoch_end(&self) {}
}

fn main() {}
