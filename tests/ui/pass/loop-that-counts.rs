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
        Count::Computed(self.0.len() as u64)
    }
}

breakpoints! {
    loop Walk with u64 as steps by hand, Clock as time by hand, Seen<(u8, f64)> as samples by hand, {
        scope RUN { on_run_begin; on_step; on_run_end; }
    }
}

#[derive(Default)]
struct Log {
    interval: u64,
    steps: Vec<u64>,
}

#[derive(Default)]
struct Notes(Vec<u64>);

#[callback(Walk, register = false)]
impl Log {
    #[every(steps = self.interval, first)]
    fn on_step(&mut self, step: &u64) {
        self.steps.push(*step);
    }
}

#[callback(Walk, register = false)]
impl Notes {
    #[on(step)]
    #[every(time = 2)]
    #[every(samples = 7, once(steps = 5))]
    fn note(&mut self, step: &u64) {
        self.0.push(*step);
    }
}

fn main() -> Result<(), PlanError> {
    let mut state = State::new();
    state.insert(0_u64);
    state.insert(Clock(0.0));
    state.insert(Seen::<(u8, f64)>(Vec::new()));
    let mut plan = Plan::<Walk>::new();
    plan.add(Log { interval: 3, ..Log::default() });
    plan.add(Notes::default());
    let outcome = plan.run(&mut state, |run| {
        run.scope(Walk::RUN, |run| {
            for step in 1..=10_u64 {
                run.state().insert(step);
                run.state().insert(Clock(step as f64 / 2.0));
                run.state().insert(Seen(vec![(0_u8, 0.0); step as usize]));
                run.fire(Walk::on_step)?;
            }
            Ok(())
        })
        .map(drop)
    })?;
    assert!(outcome.is_finished());
    assert_eq!(plan.get::<Log>().expect("it was added").steps, [1, 3, 6, 9]);
    assert_eq!(plan.get::<Notes>().expect("it was added").0, [4, 5, 7, 8]);
    Ok(())
}
