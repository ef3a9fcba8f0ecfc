use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn before_training(&self) {}
    fn after_training(&self) {}
    fn track_after_accumulation_step(&self) {}
    fn track_after_update_step(&self) {}
    fn periodic_callback(&self) {}
}

fn main() {}
