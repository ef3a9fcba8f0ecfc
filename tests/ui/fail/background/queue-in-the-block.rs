use callbacks::prelude::*;

struct Save;

#[callback(background = 64)]
impl Save {
    fn on_epoch_end(&self, _: &Epoch) {}
}

fn main() {}
