use callbacks::prelude::*;

struct Log;
struct Record;

#[callback(after(3, Self, Nobody), group(), provides(Record, &Record, "text"), before = Log)]
impl Log {
    fn on_epoch_ned(&self) {}
}

fn main() {}
