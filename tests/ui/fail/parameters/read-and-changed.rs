use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, _old: &LearningRate, _new: &mut LearningRate) {}
}

fn main() {}
