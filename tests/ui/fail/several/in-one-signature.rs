use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    async fn on_epoch_end<T>(self, _rate: &mut LearningRate, _old: &LearningRate) -> &'static str { "" }
}

fn main() {}
