use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(after_batch)]
    fn print(&self) {}
}

fn main() {}
