use callbacks::prelude::*;

struct Log;
struct Record;
impl Log {
    pub fn make(&self) -> Record {
        Record
    }
}

#[callback(provides(Record = Self::mak))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
