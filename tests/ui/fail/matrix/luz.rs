use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_early_stopping(&self) {}
}

fn main() {}
