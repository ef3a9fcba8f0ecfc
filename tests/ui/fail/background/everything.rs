use callbacks::prelude::*;

struct Save;

#[callback(background)]
impl Save {
    fn on_epoch_end(&self, ctx: Ctx<'_>) {}
}

fn main() {}
