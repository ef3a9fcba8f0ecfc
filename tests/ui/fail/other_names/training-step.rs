use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn training_step(&self) {}
}

fn main() {}
