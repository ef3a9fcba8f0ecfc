use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_end(&self) -> Result<bool, String> { Ok(true) }
}

fn main() {}
