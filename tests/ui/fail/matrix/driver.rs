use callbacks::prelude::*;

struct Log;

#[callback(Driver)]
impl Log {
    fn on_epoch_begin(&self) {}
    fn on_train_batch_begin(&self) {}
    fn on_epoch_end(&self) {}
    fn on_train_batch_end(&self) {}
    fn on_fit_begin(&self) {}
    fn on_train_batch_before_step(&self) {}
    fn on_train_batch_after_step(&self) {}
    fn on_update_end(&self) {}
    fn on_fit_end(&self) {}
    fn on_fit_error(&self) {}
    fn on_train_begin(&self) {}
    fn on_train_end(&self) {}
    fn on_step_begin(&self) {}
    fn on_pre_optimizer_step(&self) {}
    fn on_optimizer_step(&self) {}
    fn setup(&self) {}
    fn teardown(&self) {}
    fn on_fit_start(&self) {}
    fn on_train_start(&self) {}
    fn on_train_epoch_start(&self) {}
    fn on_train_batch_start(&self) {}
    fn on_after_backward(&self) {}
    fn on_before_optimizer_step(&self) {}
    fn on_train_epoch_end(&self) {}
    fn on_exception(&self) {}
    fn on_save_checkpoint(&self) {}
    fn on_load_checkpoint(&self) {}
    fn state_dict(&self) {}
    fn load_state_dict(&self) {}
    fn training_step(&self) {}
    fn optimizer_step(&self) {}
    fn before_fit(&self) {}
    fn before_epoch(&self) {}
    fn before_batch(&self) {}
    fn before_step(&self) {}
    fn after_step(&self) {}
    fn after_batch(&self) {}
    fn after_epoch(&self) {}
    fn after_fit(&self) {}
    fn before_compute(&self) {}
    fn after_compute(&self) {}
    fn started(&self) {}
    fn epoch_started(&self) {}
    fn iteration_started(&self) {}
    fn epoch_completed(&self) {}
    fn iteration_completed(&self) {}
    fn completed(&self) {}
    fn exception_raised(&self) {}
    fn terminate(&self) {}
}

fn main() {}
