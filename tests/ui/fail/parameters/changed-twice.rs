use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, a: &mut LearningRate, b: &mut LearningRate) {}
}

fn main() {}
