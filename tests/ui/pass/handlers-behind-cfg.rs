use callbacks::prelude::*;

#[derive(Default)]
struct Log;

#[callback]
impl Log {
    #[cfg(any())]
    fn on_epoch_end(&self, never: &Nowhere) {}
    #[cfg(not(any()))]
    fn on_epoch_end(&self) {}
    #[cfg(any())]
    fn on_train_batch_end(&self) {}
    fn on_batch_end(&self) {}
    #[cfg_attr(all(), cfg(any()))]
    fn on_fit_end(&self) {}
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Log);
}
