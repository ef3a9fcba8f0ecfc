use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, _a: &mut LearningRate, _b: &mut LearningRate) {}
}

fn main() {}
