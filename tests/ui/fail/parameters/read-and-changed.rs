use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, old: &LearningRate, new: &mut LearningRate) {}
}

fn main() {}
