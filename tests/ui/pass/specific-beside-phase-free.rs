use callbacks::prelude::*;

#[derive(Default)]
struct Log;

#[callback]
impl Log {
    fn on_batch_end(&self) {}
    fn on_train_batch_end(&self) {}
    #[on(batch_end, phase = valid)]
    fn valid(&self) {}
    fn on_phase_begin(&self) {}
    #[on(on_phase_end)]
    #[cfg(any())]
    fn never(&self) {}
    #[on(enter, exit)]
    fn around(&self) {}
}

fn main() {}
