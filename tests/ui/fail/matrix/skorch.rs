use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn initialize(&self) {}
    fn on_grad_computed(&self) {}
}

fn main() {}
