use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn print(&self) {}
}

fn main() {}
