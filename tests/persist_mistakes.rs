//! Loops and callbacks that do not fit a saved run fail, and nothing is lost without a word.

#![allow(
    clippy::float_cmp,
    clippy::unit_arg,
    reason = "small numbers that are exact, and closures of one expression"
)]

use callbacks::persist::{Restored, SavedRun};
use callbacks::prelude::*;
use callbacks::{Break, CallbackInfo, breakpoints};

breakpoints! {
    /// Counts.
    pub loop Relax with Step as steps {
        scope RUN {
            on_run_begin;
            scope STEP counts Step {
                before_step;
                after_step;
            }
            on_run_end;
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

/// Remembers a number of another type.
struct Other {
    best: u8,
}

#[callback(Relax, register = false, persist(best))]
impl Other {
    fn after_step(&mut self) {
        self.best += 1;
    }
}

fn steps(run: &mut Run<'_, Relax>, count: u64) -> Result<(), Break> {
    (0..count).try_for_each(|_| run.scope(Relax::STEP, |_| Ok(())).map(drop))
}

/// A run of `callback` that was saved after two steps.
fn saved(callback: impl Callback<Relax> + Send) -> SavedRun {
    let mut plan = Plan::<Relax>::new();
    plan.add(callback);
    let mut saved = None;
    let outcome = plan.run(&mut State::new(), |run| {
        run.scope(Relax::RUN, |run| {
            steps(run, 2)?;
            saved = Some(run.save()?);
            Ok(())
        })
        .map(drop)
    });
    assert!(outcome.unwrap().is_finished());
    saved.unwrap()
}

/// Returns the info of what it wraps, as a wrapper does that knows nothing of saved runs.
struct Wrapper(Best);

impl Callback<Relax> for Wrapper {
    fn info(&self) -> CallbackInfo {
        self.0.info()
    }

    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.forward(&self.0, |this| &mut this.0);
    }
}

#[test]
fn a_loop_that_opens_another_scope_fails() {
    let mut plan = Plan::<Relax>::new();
    plan.restore(saved(Best { best: 0.0 }));
    let outcome = plan.run(&mut State::new(), |run| steps(run, 1)).unwrap();
    assert_eq!(
        outcome.failed().unwrap().cause().to_string(),
        "opened the scope STEP, where the saved run had RUN open; open that one again and go on in it from the position in the state, also if \
         nothing is left to do there"
    );
}

#[test]
fn every_callback_exits_when_a_run_cannot_be_restored() {
    let mut state = State::new();
    state.insert(0_u32);
    let mut plan = Plan::<Relax>::new();
    plan.add(Other { best: 0 }).named("Best");
    plan.on(Relax::on_enter, |open: &mut u32| *open += 1);
    plan.on(Relax::on_exit, |open: &mut u32| *open -= 1);
    plan.on(Relax::on_run_begin, |open: &mut u32| *open += 100);
    plan.restore(saved(Best { best: 0.0 }));
    let outcome = plan
        .run(&mut state, |run| {
            run.scope(Relax::RUN, |_| Ok(())).map(drop)
        })
        .unwrap();
    assert!(outcome.failed().is_some());
    assert_eq!(state.get(), Some(&0_u32));
}

#[test]
fn a_wrapper_that_does_not_say_what_it_remembers_cannot_be_saved() {
    let mut plan = Plan::<Relax>::new();
    plan.add(Wrapper(Best { best: 0.0 }));
    let mut error = None;
    let outcome = plan
        .run(&mut State::new(), |run| Ok(error = run.save().err()))
        .unwrap();
    assert!(outcome.is_finished());
    assert_eq!(
        error.unwrap().to_string(),
        "the run cannot be saved: `Best`: its fields are those of a `Best` that it wraps; \
         call `.persist::<Self>(…)` or `.without_persist()` where `info` returns"
    );
}

#[test]
fn a_loop_that_ends_without_the_open_scopes_fails() {
    let mut plan = Plan::<Relax>::new();
    plan.restore(saved(Best { best: 0.0 }));
    let outcome = plan.run(&mut State::new(), |_| Ok(())).unwrap();
    assert_eq!(
        outcome.failed().unwrap().cause().to_string(),
        "ended without the scope RUN, which the saved run had open; open it again and go on in it from the position in the state, also if \
         nothing is left to do there"
    );
}

#[test]
fn a_saved_run_is_for_one_run_whatever_its_beginning() {
    let mut plan = Plan::<Relax>::new();
    plan.add(Best { best: 0.0 });
    plan.on(Relax::on_enter, |fails: &bool| {
        if *fails { Err("no disk") } else { Ok(()) }
    });
    plan.restore(saved(Best { best: 0.0 }));
    let mut state = State::new();
    for fails in [true, false] {
        state.insert(fails);
        let outcome = plan.run(&mut state, |_| Ok(())).unwrap();
        assert_eq!(outcome.failed().is_some(), fails);
        assert!(state.get::<Restored>().is_none());
    }
}

#[test]
fn a_period_that_was_not_saved_begins_where_the_run_continues() {
    let saved = {
        let mut saved = None;
        let outcome = Plan::<Relax>::new().run(&mut State::new(), |run| {
            steps(run, 4)?;
            saved = Some(run.save()?);
            Ok(())
        });
        assert!(outcome.unwrap().is_finished());
        saved.unwrap()
    };
    let mut state = State::new();
    state.insert(Vec::<u64>::new());
    let mut plan = Plan::<Relax>::new();
    let note = |step: &Step, at: &mut Vec<u64>| at.push(step.get());
    plan.on(Relax::after_step, note).every(Period::steps(3));
    let outcome = plan
        .restore(saved)
        .run(&mut state, |run| steps(run, 6))
        .unwrap();
    assert!(outcome.is_finished());
    assert_eq!(state.get::<Vec<u64>>().unwrap(), &[6, 9]);
}

#[test]
fn an_outcome_remarks_what_was_not_restored() {
    let mut plan = Plan::<Relax>::new();
    plan.add(Best { best: 0.0 }).named("better");
    plan.restore(saved(Best { best: 0.0 }));
    let outcome = plan
        .run(&mut State::new(), |run| {
            run.scope(Relax::RUN, |_| Ok(())).map(drop)
        })
        .unwrap();
    let text = "restored nothing; missing: better; unused: Best";
    assert!(outcome.to_string().contains(text), "{outcome}");
}
