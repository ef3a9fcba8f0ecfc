use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[on(train_batch_edn)]
    fn print(&self) {}
}

fn main() {}
