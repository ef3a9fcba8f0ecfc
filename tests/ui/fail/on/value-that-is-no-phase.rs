use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(epoch_end, weight = 3)]
    fn print(&self) {}
}

fn main() {}
