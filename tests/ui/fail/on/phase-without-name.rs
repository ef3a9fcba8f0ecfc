use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(batch_end, phase = "train")]
    fn print(&self) {}
}

fn main() {}
