use callbacks::prelude::*;

struct Log;

#[callback(Driver, background)]
impl Log {
    fn on_compute_update_end(&self) {}
}

fn main() {}
