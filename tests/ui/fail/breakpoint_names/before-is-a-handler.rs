use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn before_lunch(&self) {}
}

fn main() {}
