use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_test_begin(&self) {}
    fn on_test_batch_begin(&self) {}
    fn on_test_batch_end(&self) {}
    fn on_test_end(&self) {}
    fn set_model(&self) {}
    fn set_params(&self) {}
    fn train_step(&self) {}
    fn test_step(&self) {}
}

fn main() {}
