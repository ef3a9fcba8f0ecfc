use callbacks::prelude::*;

struct Model;

struct Save;

#[callback(background)]
impl Save {
    fn on_epoch_end(&self, _: &Epoch, _: &Model) {}
}

fn main() {}
