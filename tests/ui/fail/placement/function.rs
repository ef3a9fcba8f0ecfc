use callbacks::prelude::*;

#[callback]
fn on_epoch_end(epoch: &Epoch) {}

fn main() {}
