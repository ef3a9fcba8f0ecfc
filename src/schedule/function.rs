//! Closures as schedules.

use super::{Schedule, SchedulePosition};

/// A closure from the position, from 0, to a factor of the initial value, as `torch.optim.lr_scheduler.LambdaLR`.
impl<F> Schedule for F
where
    F: Fn(u64) -> f64 + Send + 'static,
{
    fn value(&self, initial: f64, at: SchedulePosition) -> f64 {
        initial * self(at.count())
    }
}
