use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(batch_end, phase = training)]
    fn print(&self) {}
}

fn main() {}
