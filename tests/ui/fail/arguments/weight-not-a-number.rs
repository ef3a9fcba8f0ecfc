use callbacks::prelude::*;

struct Log;

#[callback(weight = f64::NAN)]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
