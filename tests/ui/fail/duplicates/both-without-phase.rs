use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_batch_end(&self) {}
    
    #[on(batch_end)]
    fn print(&self) {}
}

fn main() {}
