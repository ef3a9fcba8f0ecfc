use callbacks::prelude::*;

breakpoints! {
    loop Relax { scope STEP { before_step; after_step; } }
}

struct Log;

#[callback]
impl Log {
    fn after_step(&self) {}
}

fn main() {}
