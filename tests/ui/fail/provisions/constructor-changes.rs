use callbacks::prelude::*;

struct Log;
struct Record;
impl Log {
    fn make(&mut self) -> Record {
        Record
    }
}

#[callback(provides(Record = Self::make))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
