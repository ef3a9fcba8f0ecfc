use callbacks::prelude::*;

struct Log;

fn is_due(step: &Step) -> bool {
    step.get() > 3
}

#[callback]
impl Log {
    #[every(when = is_due)]
    fn on_train_batch_end(&self) {}
}

fn main() {}
