//! P5 in loops of one scope: a flow at the end of an outermost scope acts if the loop goes on.

use callbacks::prelude::*;

breakpoints! {
    /// Steps, and nothing around them.
    pub loop Steps {
        scope STEP {
            before_step;
            after_step;
        }
        stop => on_stop;
        interrupt => on_interrupt;
    }
}

/// Runs five steps; says how many were begun and how it ended.
fn five(plan: &mut Plan<Steps>) -> (u32, Outcome) {
    let mut begun = 0;
    let outcome = plan.run(&mut State::new(), |run| {
        for _ in 0..5 {
            run.scope(Steps::STEP, |_| {
                begun += 1;
                Ok(())
            })?;
        }
        Ok(())
    });
    (begun, outcome.expect("the plan is right"))
}

#[test]
fn a_stop_at_the_end_of_a_step_stops_the_steps_after_it() {
    let mut plan = Plan::new();
    plan.on(Steps::after_step, || Flow::stop("enough"));
    let (begun, outcome) = five(&mut plan);
    assert_eq!(begun, 1);
    assert_eq!(outcome.stopped().expect("it is a stop").reason(), "enough");
}

#[test]
fn an_interrupt_there_is_one() {
    let mut plan = Plan::new();
    plan.on(Steps::after_step, || Flow::interrupt("SIGINT"));
    let (begun, outcome) = five(&mut plan);
    assert_eq!(begun, 1);
    assert!(outcome.interrupted().is_some());
}

#[test]
fn the_stop_is_reported_once() {
    #[derive(Default)]
    struct StopCount(u32);

    let mut state = State::new();
    state.insert(StopCount::default());
    let mut plan = Plan::<Steps>::new();
    plan.on(Steps::after_step, || Flow::stop("enough"));
    plan.on(Steps::on_stop, |count: &mut StopCount, stop: &Stop| {
        assert_eq!(stop.reason(), "enough");
        count.0 += 1;
    });
    let outcome = plan.run(&mut state, |run| {
        run.scope(Steps::STEP, |_| Ok(()))?;
        run.scope(Steps::STEP, |_| Ok(()))?;
        Ok(())
    });
    assert!(outcome.expect("the plan is right").stopped().is_some());
    assert!(state.get::<StopCount>().is_some_and(|count| count.0 == 1));
}

#[test]
fn a_stop_at_the_last_end_has_no_effect() {
    let mut plan = Plan::<Steps>::new();
    plan.on(Steps::after_step, || Flow::stop("too late"));
    let outcome = plan.run(&mut State::new(), |run| {
        run.scope(Steps::STEP, |_| Ok(()))?;
        Ok(())
    });
    assert!(outcome.expect("the plan is right").is_finished());
}

#[test]
fn a_step_that_is_left_counts_and_the_next_one_runs() {
    let mut plan = Plan::new();
    plan.on(Steps::before_step, || Flow::leave(Steps::STEP));
    let (begun, outcome) = five(&mut plan);
    assert_eq!(begun, 0, "the rest of each step is left out");
    assert!(outcome.is_finished());
}

#[test]
fn a_guard_pairs_begin_and_end_whatever_they_answer() {
    let mut plan = Plan::<Steps>::new();
    plan.on(Steps::before_step, || Flow::stop("enough"));
    let mut guard = plan.start(State::new()).expect("the plan is right");
    assert!(guard.begin(Steps::STEP).is_err());
    assert!(guard.begin(Steps::STEP).is_err(), "nothing is opened");
    assert!(guard.end().is_err(), "of the second, which was not opened");
    assert!(guard.end().is_err(), "of the first: the stop is handed on");
    let (_, _, outcome) = guard.finish();
    assert!(outcome.stopped().is_some());
}

#[test]
fn a_stop_at_the_end_of_a_step_that_was_left_acts_too_also_without_handlers() {
    breakpoints! {
        /// Steps with a breakpoint between their ends that has no handler.
        loop Quiet {
            scope STEP {
                before_step;
                on_nothing;
                after_step;
            }
        }
    }
    let mut plan = Plan::<Quiet>::new();
    plan.on(Quiet::before_step, || Flow::leave(Quiet::STEP));
    plan.on(Quiet::after_step, || Flow::stop("enough"));
    let outcome = plan.run(&mut State::new(), |run| {
        run.scope(Quiet::STEP, |_| Ok(()))?;
        run.fire(Quiet::on_nothing)?;
        Ok(())
    });
    assert!(outcome.expect("the plan is right").stopped().is_some());
}
