use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(n_epochs = 2)]
    fn on_epoch_end(&self) {}
}

fn main() {}
