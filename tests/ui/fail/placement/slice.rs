use callbacks::prelude::*;

#[callback]
impl [u8] {
    fn on_epoch_end(&self) {}
}

fn main() {}
