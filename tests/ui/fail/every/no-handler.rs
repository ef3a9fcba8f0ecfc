use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(steps = 10)]
    fn print(&self) {}
}

fn main() {}
