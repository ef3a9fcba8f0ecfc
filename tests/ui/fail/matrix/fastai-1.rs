use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_loss_begin(&self) {}
    fn on_backward_begin(&self) {}
    fn on_backward_end(&self) {}
    fn on_step_end(&self) {}
}

fn main() {}
