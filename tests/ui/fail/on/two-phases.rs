use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(batch_end, phase = train, phase = valid)]
    fn print(&self) {}
}

fn main() {}
