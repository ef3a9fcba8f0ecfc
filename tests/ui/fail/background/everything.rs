use callbacks::prelude::*;

struct Save;

#[callback(background)]
impl Save {
    fn on_epoch_end(&self, _: Ctx<'_>) {}
}

fn main() {}
