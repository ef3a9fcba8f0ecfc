use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(train_batch_end, phase = valid)]
    fn print(&self) {}
}

fn main() {}
