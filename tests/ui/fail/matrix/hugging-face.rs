use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_step_end(&self) {}
    fn on_init_end(&self) {}
    fn on_step_begin(&self) {}
    fn on_substep_end(&self) {}
    fn on_pre_optimizer_step(&self) {}
    fn on_optimizer_step(&self) {}
    fn on_evaluate(&self) {}
    fn on_prediction_step(&self) {}
    fn on_predict(&self) {}
    fn on_log(&self) {}
    fn on_save(&self) {}
    fn on_push_begin(&self) {}
}

fn main() {}
