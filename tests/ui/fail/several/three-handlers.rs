use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    fn on_epoch_ned(&self) {}
    async fn on_fit_end(&self) {}
    fn on_fit_begin(self) {}
}

fn main() {}
