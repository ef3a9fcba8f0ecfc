use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self) -> Result<(), u8> { Ok(()) }
}

fn main() {}
