use callbacks::prelude::*;
use foreign_loop::Relax;

struct Log;

#[callback(Relax)]
impl Log {
    fn on_update(&self) -> bool { true }
}

fn main() {}
