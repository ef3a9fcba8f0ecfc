use callbacks::prelude::*;

struct Log;

#[callback(every_n_epochs = 2)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
