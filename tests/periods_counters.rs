//! Counters are user code: their faults fail the handler that asks for them, and no other.

use callbacks::prelude::*;
use callbacks::{Count, Counter};

/// A counter that cannot be read from some step on.
struct Frail(u64);

impl Counter for Frail {
    fn count(&self) -> Count<'_> {
        assert!(self.0 < 3, "worn out");
        Count::Whole(&self.0)
    }
}

breakpoints! {
    loop Wear with Frail as steps by hand { scope RUN { on_run_begin; on_step; on_run_end; } }
}

#[test]
fn a_counter_that_panics_is_told_to_who_asks_for_it_and_the_loop_goes_on() {
    let mut plan = Plan::<Wear>::new();
    plan.on(Wear::on_step, || {})
        .named("often")
        .every(Period::steps(2))
        .on_failure(OnFailure::Warn);
    plan.on(Wear::on_step, || {})
        .named("innocent")
        .on_failure(OnFailure::Warn);
    let mut state = State::new();
    state.insert(Frail(0));
    let outcome = plan
        .run(&mut state, |run| {
            for step in 1..=6 {
                run.state().insert(Frail(step));
                run.fire(Wear::on_step)?;
            }
            Ok(())
        })
        .unwrap();
    assert!(outcome.is_finished());
    let swallowed = outcome.swallowed().iter();
    let blamed: Vec<_> = swallowed.map(|it| it.callback().to_owned()).collect();
    assert_eq!(blamed, ["often"]);
}
