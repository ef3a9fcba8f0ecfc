use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_train_epoch_ends(&self) {}
    fn on_validaton_start(&self) {}
    fn before_fti(&self) {}
    fn on_save_checkpiont(&self) {}
    fn on_epoch_ned(&self) {}
}

fn main() {}
