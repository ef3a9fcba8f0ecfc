//! The names under which a run is saved are unique.

use callbacks::prelude::*;
use callbacks::{ProblemKind, breakpoints};

breakpoints! {
    /// Counts.
    pub loop Relax {
        scope STEP {
            before_step;
            after_step;
        }
    }
}

/// Remembers one number.
struct Best {
    best: f64,
}

#[callback(Relax, register = false, persist(best))]
impl Best {
    fn after_step(&mut self) {
        self.best += 1.0;
    }
}

#[test]
fn a_name_that_another_callback_takes_is_a_problem() {
    let mut plan = Plan::<Relax>::new();
    plan.add(Best { best: 0.0 });
    plan.on(Relax::after_step, || {}).named("Best");
    let error = plan.check(&State::new()).unwrap_err();
    assert_eq!(
        error
            .problems()
            .iter()
            .map(callbacks::Problem::kind)
            .collect::<Vec<_>>(),
        [ProblemKind::SameName]
    );
    let text = error
        .to_string()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        text.contains("which is also the name under which a saved run has this one write `.named"),
        "{text}"
    );

    let mut plan = Plan::<Relax>::new();
    plan.add(Best { best: 0.0 });
    plan.add(Best { best: 0.0 });
    plan.on(Relax::after_step, || {}).named("closure");
    plan.on(Relax::after_step, || {});
    plan.check(&State::new()).unwrap();
}

#[test]
fn two_values_of_one_name_are_a_problem() {
    let mut plan = Plan::<Relax>::new();
    plan.persist::<f64>("model").persist::<u64>("model");
    let error = plan.check(&State::new()).unwrap_err();
    let problem = &error.problems()[0];
    assert_eq!(
        (error.problems().len(), problem.kind()),
        (1, ProblemKind::SameName)
    );
    assert!(
        problem
            .to_string()
            .contains("`f64` and `u64` are saved under this name; give one of them another name")
    );
}
