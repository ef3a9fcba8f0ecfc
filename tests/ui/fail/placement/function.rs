use callbacks::prelude::*;

#[callback]
fn on_epoch_end(_epoch: &Epoch) {}

fn main() {}
