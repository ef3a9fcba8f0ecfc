use callbacks::prelude::*;

struct Log;
struct Record;
impl Record {
    fn new() -> Self {
        Self
    }
}

#[callback(provides(Record = Record::new))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
