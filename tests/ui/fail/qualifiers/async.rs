use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    async fn on_epoch_end(&self) {}
}

fn main() {}
