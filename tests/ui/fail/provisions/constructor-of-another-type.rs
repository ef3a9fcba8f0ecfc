use callbacks::prelude::*;

struct Log;
struct Record;
impl Log {
    fn make(&self) -> u32 {
        3
    }
}

#[callback(provides(Record = Self::make))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
