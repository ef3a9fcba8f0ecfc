//! An outcome says what a run did not do, and what to write so that it does it (P13).

use callbacks::prelude::*;
use callbacks::{Location, NeverDue, Skipped};

struct Temperature(f64);

struct Force;

breakpoints! {
    /// A loop that promises a temperature, and has a force from `on_force` on.
    loop Relax with Temperature, Step as steps by hand, Epoch as epochs {
        scope RUN {
            on_run_begin;
            scope STEP counts Epoch {
                before_step;
                on_force with Force;
                after_step;
            }
            on_run_end;
        }
        stop => on_stop;
        error => on_error;
    }
}

/// Makes five steps, and counts none of them.
fn relax(run: &mut Run<'_, Relax>) -> Result<(), Break> {
    run.scope(Relax::RUN, |run| {
        for _ in 0..5 {
            run.scope(Relax::STEP, |run| {
                run.state().insert(Force);
                run.fire(Relax::on_force)
            })?;
        }
        Ok(())
    })
    .map(drop)
}

fn state() -> State {
    let mut state = State::new();
    state.insert(Step::default());
    state
}

fn outcome(plan: &mut Plan<Relax>) -> Outcome {
    plan.run(&mut state(), relax).expect("the plan is right")
}

/// The text of the outcome, with `AT` in place of a location.
fn text(plan: &mut Plan<Relax>, locations: &[Location]) -> String {
    let text = outcome(plan).to_string();
    locations
        .iter()
        .fold(text, |text, at| text.replace(&at.to_string(), "AT"))
}

#[test]
fn a_handler_without_its_state_is_named_with_what_it_lacks_and_what_to_write() {
    let mut plan = Plan::<Relax>::new();
    let at = Location::here();
    plan.on(Relax::after_step, |_: &Temperature, _: &Step| {})
        .named("print");
    let at = Location::new(at.file(), at.line() + 1, 1);
    assert_eq!(
        text(&mut plan, &[at]),
        "finished (1 handler skipped)\n  \
         print at after_step (AT) was skipped 5 times: no `Temperature` in the state; \
         insert one with `state.insert(…)`, `.state(…)` or `.lend(…)`"
    );
    let mut state = state();
    state.insert(Temperature(300.0));
    let outcome = plan.run(&mut state, relax).unwrap();
    assert_eq!(outcome.to_string(), "finished");
    assert!(
        state
            .get::<Temperature>()
            .is_some_and(|temperature| temperature.0 > 0.0)
    );
}

#[test]
fn all_that_is_missing_is_named() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::before_step, |mut ctx: Ctx<'_>| {
        let _ = ctx.remove::<Step>();
        let _ = ctx.remove::<Force>();
    });
    plan.on(Relax::after_step, |_: &Temperature, _: &Step, _: &Force| {});
    let outcome = outcome(&mut plan);
    let skipped = outcome.skipped().iter().flat_map(Skipped::missing);
    assert!(skipped.eq(["Temperature", "Step"]), "{outcome}");
}

#[test]
fn state_of_a_part_of_the_run_is_to_be_done_without() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::before_step, || Flow::leave(Relax::STEP));
    plan.on(Relax::after_step, |_: &mut Force| {});
    let skipped = outcome(&mut plan).to_string();
    let advice = "no `Force` in the state; to run without it, ask for `Option<&mut Force>`";
    assert!(skipped.ends_with(advice), "{skipped}");
}

#[test]
fn five_handlers_are_named_and_the_others_are_counted() {
    let mut plan = Plan::<Relax>::new();
    for _ in 0..7 {
        plan.on(Relax::after_step, |_: &Temperature| {});
    }
    let text = outcome(&mut plan).to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 7, "{text}");
    assert_eq!(lines[0], "finished (7 handlers skipped)");
    assert_eq!(lines[6], "  … and 2 more");
}

#[test]
fn a_period_whose_counter_does_not_move_was_never_due() {
    let mut plan = Plan::<Relax>::new();
    let at = Location::here();
    plan.on(Relax::after_step, || {})
        .named("print")
        .every(Period::steps(2));
    let at = Location::new(at.file(), at.line() + 1, 1);
    assert_eq!(
        text(&mut plan, &[at]),
        "finished (1 handler never due)\n  \
         print at after_step (AT) was never due: its period is in steps, and `Step` stayed at 0"
    );
    plan.on(Relax::after_step, || {})
        .every(Period::steps(2).or(Period::epochs(100)));
    plan.on(Relax::after_step, || {})
        .every(Period::steps(2).last());
    plan.on(Relax::after_step, || {})
        .every(Period::seconds(100.0));
    let outcome = outcome(&mut plan);
    let named = outcome.never_due().iter().map(NeverDue::callback);
    assert!(named.eq(["print"]), "{outcome}");
}

#[test]
fn a_period_whose_counter_is_removed_was_never_due() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::on_run_begin, |mut ctx: Ctx<'_>| {
        let _ = ctx.remove::<Step>();
    });
    plan.on(Relax::after_step, || {}).every(Period::steps(2));
    let outcome = outcome(&mut plan);
    let why: Vec<&str> = outcome.never_due().iter().map(NeverDue::why).collect();
    assert_eq!(
        why,
        ["its period is in steps, and no `Step` is in the state"]
    );
}

#[test]
fn a_run_that_ends_early_does_not_tell_what_was_never_due() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::after_step, || {}).every(Period::steps(2));
    plan.on(Relax::after_step, || Flow::stop("enough"));
    let outcome = outcome(&mut plan);
    assert!(outcome.stopped().is_some() && outcome.never_due().is_empty());
}

#[test]
fn a_refused_stop_is_told_with_its_reason() {
    let mut plan = Plan::<Relax>::new();
    plan.refuse_stops(|_, _| Some("too early".into()));
    let at = Location::here();
    plan.on(Relax::on_run_begin, || Flow::stop("small enough"))
        .named("patience");
    let at = Location::new(at.file(), at.line() + 1, 1);
    assert_eq!(
        text(&mut plan, &[at]),
        "finished (1 stop refused)\n  \
         patience at on_run_begin (AT): small enough (refused: too early)"
    );
}

#[test]
fn as_many_stops_as_are_stored_are_at_least_so_many() {
    let mut plan = Plan::<Relax>::new();
    plan.refuse_stops(|_, _| Some("too early".into()));
    for _ in 0..50 {
        plan.on(Relax::after_step, || Flow::stop("small enough"));
    }
    let text = outcome(&mut plan).to_string();
    assert!(
        text.starts_with("finished (at least 100 stops refused)\n"),
        "{text}"
    );
}

#[test]
fn what_a_failed_run_did_not_do_is_on_lines_of_its_own() {
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::before_step, |_: &Temperature| {});
    plan.on(Relax::after_step, || Err::<(), _>("the disk is full"));
    let text = outcome(&mut plan).to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].ends_with("the disk is full"), "{text}");
    assert_eq!(lines[1], "  1 handler skipped", "{text}");
    assert!(
        lines[2].contains("was skipped once: no `Temperature`"),
        "{text}"
    );
}
