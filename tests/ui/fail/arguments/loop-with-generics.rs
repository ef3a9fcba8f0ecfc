use callbacks::prelude::*;

struct Log;

#[callback(Fit<f64>)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
