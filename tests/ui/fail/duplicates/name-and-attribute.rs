use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self) {}
    
    #[on(epoch_end)]
    fn print(&self) {}
}

fn main() {}
