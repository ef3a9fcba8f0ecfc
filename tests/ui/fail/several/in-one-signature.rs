use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    async fn on_epoch_end<T>(self, rate: &mut LearningRate, old: &LearningRate) -> &str { "" }
}

fn main() {}
