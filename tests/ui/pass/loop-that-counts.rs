use callbacks::prelude::*;
use callbacks::{Count, Counter};

#[derive(Default)]
struct Clock(f64);

impl Counter for Clock {
    fn count(&self) -> Count<'_> {
        Count::Real(&self.0)
    }
}

struct Seen<T>(Vec<T>);

impl<T: 'static> Counter for Seen<T> {
    fn count(&self) -> Count<'_> {
        Count::At(self.0.len() as u64)
    }
}

breakpoints! {
    loop Walk with u64 as steps, Clock as time, Seen<(u8, f64)> as samples, String, {
        scope RUN { on_run_begin; on_step; on_run_end; }
    }
}

#[derive(Default)]
struct Log;

#[callback(Walk)]
impl Log {
    #[every(steps = 2, time = 0.5, samples = 100)]
    fn on_step(&self, _step: &u64) {}
}

fn main() -> Result<(), PlanError> {
    let mut plan = Plan::<Walk>::new();
    plan.discover();
    plan.check(&State::new())
}
