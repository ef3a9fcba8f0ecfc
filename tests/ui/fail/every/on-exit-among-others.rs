use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(epoch_end, exit)]
    #[every(steps = 10)]
    fn print(&self) {}
}

fn main() {}
