use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self, _values: &[f64]) {}
}

fn main() {}
