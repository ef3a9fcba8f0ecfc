use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(epoch_end, on_epoch_end)]
    fn print(&self) {}
}

fn main() {}
