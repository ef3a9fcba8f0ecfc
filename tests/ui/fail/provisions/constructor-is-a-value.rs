use callbacks::prelude::*;

struct Log;
struct Record(u32, Option<u32>);

#[callback(provides(Record = Record(1, Some(2))))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
