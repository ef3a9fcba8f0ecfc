use callbacks::prelude::*;

trait Loud {}

#[callback]
impl dyn Loud {
    fn on_epoch_end(&self) {}
}

fn main() {}
