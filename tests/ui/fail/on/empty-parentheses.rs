use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on()]
    fn print(&self) {}
}

fn main() {}
