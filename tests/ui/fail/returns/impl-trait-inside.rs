use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self) -> Result<impl Copy, String> { Ok(()) }
}

fn main() {}
