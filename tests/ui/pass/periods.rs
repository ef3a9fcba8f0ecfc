use callbacks::prelude::*;
use callbacks::Position;

#[derive(Default)]
struct Log {
    interval: u64,
}

impl Log {
    const EVERY: u64 = 10;
    const SPAN: f64 = 0.5;

    fn is_due(_: &Position) -> bool {
        true
    }
}

mod settings {
    pub(crate) const EVERY: u64 = 3;
}

#[callback]
impl Log {
    #[every(steps = 10)]
    fn on_train_batch_end(&self) {}

    #[every(steps = Self::EVERY, epochs = settings::EVERY * 2, first, last)]
    #[on(valid_batch_end, epoch_end)]
    fn print(&mut self, _epoch: &Epoch) {}

    #[on(train_end)]
    #[every(seconds = 30, time = Self::SPAN)]
    #[every(micro_steps = 4, offset = 3, until = 5_000_000_000, once(samples = 500, time = 1))]
    #[cfg(all())]
    fn report(&self) -> Flow {
        Flow::Continue
    }

    #[every(when = Self::is_due)]
    fn on_epoch_begin(&self) {}

    #[every(when = |_| true, first,)]
    fn on_train_begin(&self) {}

    #[every(steps = self.interval, only_when = |position| Self::is_due(position))]
    fn on_valid_begin(&self) {}

    #[every(first)]
    fn on_fit_begin(&self) {}

    #[every(r#steps = 0x10, time = 1e-3, seconds = 2 as f64)]
    #[callbacks::every(once(epochs = { let n = 3; n + 1 }))]
    fn on_batch_begin(&self, _epoch: &Epoch) {}

    #[cfg(any())]
    #[every(steps = nowhere())]
    fn on_valid_end(&self) {}
}

struct Generic<T, const N: u64>(Vec<T>);

#[callback(register = false)]
impl<T: Send + 'static, const N: u64> Generic<T, N> {
    #[every(steps = N, samples = std::mem::size_of::<T>() as u64)]
    fn on_batch_end(&self) {}
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Log { interval: 3 });
    plan.add(Generic::<u8, 7>(Vec::new()));
    // `Fit` does not count all of these units, so the plan may have problems.
    let _ = plan.check(&State::new());
}
