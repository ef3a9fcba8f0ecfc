use callbacks::prelude::*;

struct Log;

#[callback]
impl Log {
    #[every(stpes = 10, epochs = 0, first = 3)]
    #[every(when = 3, 10)]
    fn on_epoch_end(&self) {}
    #[every(offset = 3, steps = )]
    fn on_batch_end(&self) {}
    #[every(steps = 10)]
    fn print(&self) {}
    #[every(steps = 10)]
    fn on_fit_end(&self, _epoch: Epoch) {}
}

fn main() {}
