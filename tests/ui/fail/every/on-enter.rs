use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(steps = 10)]
    fn on_enter(&self) {}
}

fn main() {}
