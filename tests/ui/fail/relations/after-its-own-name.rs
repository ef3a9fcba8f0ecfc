use callbacks::prelude::*;

struct Log;

#[callback(name = "log", after("log"))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
