use callbacks::prelude::*;

struct Log;

#[callback]
impl Default for Log {
    fn default() -> Self {
        Log
    }
}

fn main() {}
