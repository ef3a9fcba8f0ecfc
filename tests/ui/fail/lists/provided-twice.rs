use callbacks::prelude::*;

struct Log;
#[derive(Default)]
struct Record;
impl Log {
    fn make(&self) -> Record {
        Record
    }
}

#[callback(provides(Record, Record = Self::make))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
