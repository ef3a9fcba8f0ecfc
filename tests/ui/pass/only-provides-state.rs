#![deny(warnings)]
use callbacks::prelude::*;

breakpoints! {
    pub loop Relax { scope RUN { on_run_begin; on_run_end; } }
}

#[derive(Default)]
struct Count(u32);

#[derive(Default)]
struct Plain;

#[callback(Fit, Relax, provides(Count))]
impl Plain {}

struct Given(u32);

#[callback(Relax, register = false, provides(u32 = Self::make))]
impl Given {
    fn make(&self) -> u32 {
        self.0
    }
}

/// Has handlers in one of its loops, and provides state in both.
struct Half;

#[callback(Fit, Relax, register = false, provides(u64))]
impl Half {
    fn on_epoch_end(&self, _: &u64) {}
}

fn main() {
    let mut plan = Plan::<Relax>::new();
    plan.add(Plain);
    plan.add(Given(3));
    plan.add(Half);
    plan.on(Relax::on_run_begin, |count: &mut Count, by: &u32, _: &u64| count.0 += by);
    let mut state = State::new();
    let outcome = plan.run(&mut state, |run| run.scope(Relax::RUN, |_| Ok(())).map(drop)).unwrap();
    outcome.ok().unwrap();
    assert_eq!(state.get::<Count>().map(|count| count.0), Some(3));
}
