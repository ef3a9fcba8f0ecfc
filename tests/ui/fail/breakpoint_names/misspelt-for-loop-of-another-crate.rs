use callbacks::prelude::*;
use foreign_loop::Relax;

struct Log;

#[callback(Relax)]
impl Log {
    fn after_stop(&self) {}
}

fn main() {}
