use callbacks::prelude::*;

struct Save;

#[callback(background)]
impl Save {
    fn on_epoch_end(&self, _: &Epoch, _: &mut LearningRate) {}
}

fn main() {}
