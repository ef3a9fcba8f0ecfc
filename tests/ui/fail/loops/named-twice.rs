use callbacks::prelude::*;

struct Log;

#[callback(Fit, Fit)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
