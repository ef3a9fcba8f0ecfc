use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_train_start(&self) {}
    fn on_train_epoch_start(&self) {}
    fn on_train_epoch_end(&self) {}
    fn on_train_get_next_batch_end(&self) {}
    fn on_train_step_start(&self) {}
    fn on_train_step_end(&self) {}
    fn on_eval_start(&self) {}
    fn on_eval_epoch_start(&self) {}
    fn on_eval_get_next_batch_end(&self) {}
    fn on_eval_step_start(&self) {}
    fn on_eval_step_end(&self) {}
    fn on_eval_epoch_end(&self) {}
    fn on_eval_end(&self) {}
    fn on_predict_start(&self) {}
    fn on_predict_epoch_start(&self) {}
    fn on_predict_get_next_batch_end(&self) {}
    fn on_predict_step_start(&self) {}
    fn on_predict_step_end(&self) {}
    fn on_predict_epoch_end(&self) {}
    fn on_exception(&self) {}
}

fn main() {}
