use callbacks::prelude::*;

struct Log;
#[derive(Default)]
struct Record;

#[callback(provides(Record =))]
impl Log {
    fn on_epoch_end(&self) {}
}

fn main() {}
