use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn after_create(&self) {}
    fn before_fit(&self) {}
    fn before_epoch(&self) {}
    fn before_train(&self) {}
    fn before_batch(&self) {}
    fn after_pred(&self) {}
    fn after_loss(&self) {}
    fn before_backward(&self) {}
    fn after_backward(&self) {}
    fn before_step(&self) {}
    fn after_step(&self) {}
    fn after_batch(&self) {}
    fn after_train(&self) {}
    fn before_validate(&self) {}
    fn after_validate(&self) {}
    fn after_epoch(&self) {}
    fn after_fit(&self) {}
    fn after_cancel_step(&self) {}
    fn after_cancel_batch(&self) {}
    fn after_cancel_train(&self) {}
    fn after_cancel_validate(&self) {}
    fn after_cancel_epoch(&self) {}
    fn after_cancel_fit(&self) {}
}

fn main() {}
