use callbacks::prelude::*;

struct Log;

#[callback(provides("Record"))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
