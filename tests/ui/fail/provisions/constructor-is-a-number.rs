use callbacks::prelude::*;

struct Log;
struct Record(u32);

#[callback(provides(Record = 3))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
