use callbacks::prelude::*;

struct Log;
struct Record;

#[callback(provides(Record))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
