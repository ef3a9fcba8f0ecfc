//! What cannot run in the background is a problem of the plan, with the reason; an explanation says what runs where.

mod support {
    pub(crate) mod deadline;
}

use callbacks::prelude::*;
use callbacks::{At, Background, ProblemKind};
use std::rc::Rc;
use support::deadline::in_time;

breakpoints! {
    loop Count with u64 as steps by hand { scope RUN { on_run_begin; after_step; on_run_end; } }
}

/// Whatever is in it may be bound to one thread.
#[derive(Default)]
struct Writer<T>(Vec<u64>, T);

#[callback(Count, background, register = false)]
impl<T> Writer<T> {
    fn after_step(&mut self, step: &u64) {
        self.0.push(*step);
    }
}

/// Halves what the loop goes on with.
struct Halve {
    also_lags: bool,
}

impl Halve {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "a handler gets a reference"
    )]
    fn note(&self, _: &u64) {}
    fn halve(&mut self, rate: &mut f64) {
        *rate /= 2.0;
    }
}

impl Callback<Count> for Halve {
    fn handlers(&self, h: &mut Handlers<Count, Self>) {
        h.on(Count::after_step, Self::halve);
        if self.also_lags {
            h.on_background(Count::after_step, Self::note);
        }
    }
}

fn state() -> State {
    let mut state = State::new();
    state.insert(0.5_f64);
    state.insert(0_u64);
    state
}

/// The problems of a plan, in one line each, without their places.
fn problems(plan: &mut Plan<Count>) -> Vec<String> {
    let Err(error) = plan.check(&state()) else {
        return Vec::new();
    };
    let text = error.problems().iter();
    text.map(|problem| {
        assert_eq!(problem.kind(), ProblemKind::Background);
        assert!(
            problem
                .location()
                .to_string()
                .contains("background_plans.rs")
        );
        let attached_at = problem.attached_at().expect("it is one of a callback");
        let line = problem.to_string();
        let (_, text) = line.split_once(": ").unwrap();
        text.replace(&format!(" (attached at {attached_at})"), "")
    })
    .collect()
}

#[test]
fn one_that_stays_on_the_loop_s_thread_cannot() {
    let mut plan = Plan::new();
    plan.add_local(Writer(Vec::new(), Rc::new(1)));
    let expected = "Writer: its handlers run in the background, but attached with `add_local` it stays on the loop's thread; \
                    attach it with `add`, which asks for a type that is `Send`, or say `.in_loop()`";
    assert_eq!(problems(&mut plan), [expected]);
}

#[test]
fn in_the_loop_it_can_and_sees_the_same() {
    let mut plan = Plan::new();
    plan.add_local(Writer(Vec::new(), Rc::new(1))).in_loop();
    let outcome = plan.run(&mut state(), steps).unwrap();
    assert!(outcome.is_finished());
    assert_eq!(plan.get::<Writer<Rc<i32>>>().unwrap().0, [1, 2, 3]);
}

fn steps(run: &mut Run<'_, Count>) -> Result<(), Break> {
    for step in 1..=3_u64 {
        run.state().insert(step);
        run.fire(Count::after_step)?;
    }
    Ok(())
}

#[test]
fn one_that_writes_what_the_loop_goes_on_with_cannot() {
    let mut plan = Plan::new();
    plan.add(Halve { also_lags: false })
        .background(Background::default());
    let expected = "Halve: cannot run in the background: at after_step it changes `f64`, which the loop goes on with; only what \
                    reads can: write `#[callback(background)]` on its block, or bind its handlers with `h.on_background`";
    assert_eq!(problems(&mut plan), [expected]);
}

#[test]
fn a_queue_for_a_callback_bound_to_run_in_the_loop_is_reported_with_how_to_bind_it() {
    let mut plan = Plan::new();
    plan.on(Count::after_step, |_: &u64| {})
        .background(Background::queue(8));
    let text = problems(&mut plan);
    assert!(
        text[0].contains("its handlers are bound to run at once; only what reads can"),
        "{text:?}"
    );
}

#[test]
fn handlers_of_one_callback_lag_together_or_not_at_all() {
    let mut plan = Plan::new();
    plan.add(Halve { also_lags: true });
    let expected = "Halve at after_step: changes `f64`, and runs at once, but other handlers of its callback run in the background, \
                    where no other thread may touch it; bind all of them with `h.on_background`, or this one in a callback of its own";
    assert_eq!(problems(&mut plan), [expected]);
    let mut plan = Plan::new();
    plan.add(Halve { also_lags: true }).in_loop();
    assert!(problems(&mut plan).is_empty());
}

/// Halves at once at one breakpoint, and lags at another one.
struct Mixed(At<Count>);

impl Callback<Count> for Mixed {
    fn handlers(&self, h: &mut Handlers<Count, Self>) {
        h.on(self.0, |_: &mut Self, rate: &mut f64| *rate /= 2.0);
        h.on_background(Count::after_step, |_: &Self, _: &u64| {});
    }
}

#[test]
fn callbacks_attached_first_are_reported_first_wherever_they_run() {
    let mut plan = Plan::new();
    plan.add(Mixed(Count::on_run_end)).named("one");
    plan.add(Mixed(Count::on_run_begin)).named("other");
    let text = problems(&mut plan);
    assert!(text[0].starts_with("one at on_run_end: "), "{text:?}");
    assert!(text[1].starts_with("other at on_run_begin: "), "{text:?}");
}

#[test]
fn a_queue_has_room() {
    let mut plan = Plan::new();
    plan.add(Writer::<()>::default())
        .background(Background::queue(0));
    let text = problems(&mut plan);
    assert!(
        text[0].contains("has no room; give it room for one call at least"),
        "{text:?}"
    );
}

#[test]
fn an_explanation_tells_the_queue() {
    let mut plan = Plan::new();
    plan.add(Writer::<()>::default());
    plan.add(Writer::<u8>::default())
        .background(Background::queue(8).drop_oldest());
    plan.add(Writer::<u16>::default()).in_loop();
    let explanation = plan.explain(&state()).unwrap();
    let rows = explanation.rows(Count::after_step);
    let text: Vec<_> = rows.iter().map(|row| row.executor()).collect();
    assert_eq!(
        text,
        [
            Some("background, 64"),
            Some("background, 8, drops the oldest"),
            None
        ]
    );
}

/// Discovered, and may be sent to another thread.
#[derive(Default)]
struct Found(Vec<u64>);

#[callback(Count, background)]
impl Found {
    fn after_step(&mut self, step: &u64) {
        self.0.push(*step);
    }
}

/// Discovered, and may not.
#[derive(Default)]
struct Stuck(Rc<u64>);

#[callback(Count, background)]
impl Stuck {
    fn after_step(&mut self, step: &u64) {
        self.0 = Rc::new(*step);
    }
}

#[test]
fn what_is_discovered_runs_there_if_its_type_may() {
    in_time(|| {
        let mut plan = Plan::new();
        plan.discover_if(|one| one.name() == "Found");
        assert!(plan.run(&mut state(), steps).unwrap().is_finished());
        assert_eq!(plan.get::<Found>().unwrap().0, [1, 2, 3]);
        let mut plan = Plan::new();
        plan.discover();
        let text = problems(&mut plan);
        assert!(
            text[0].starts_with(
                "Stuck: its handlers run in the background, but its type is not `Send`"
            ),
            "{text:?}"
        );
        assert_eq!(text.len(), 1);
    });
}

#[test]
fn a_wrapper_s_handlers_run_where_those_of_what_it_wraps_do() {
    struct Last<C>(C);
    impl<L: Loop, C: Callback<L>> Callback<L> for Last<C> {
        fn handlers(&self, h: &mut Handlers<L, Self>) {
            h.forward(&self.0, |wrapper| &mut wrapper.0);
        }
    }
    in_time(|| {
        let mut plan = Plan::new();
        plan.add(Last(Last(Writer::<()>::default())));
        let explanation = plan.explain(&state()).unwrap();
        assert_eq!(
            explanation.rows(Count::after_step)[0].executor(),
            Some("background, 64")
        );
        assert!(plan.run(&mut state(), steps).unwrap().is_finished());
        assert_eq!(
            plan.get::<Last<Last<Writer<()>>>>().unwrap().0.0.0,
            [1, 2, 3]
        );
    });
}

#[test]
fn a_period_is_that_of_the_loop() {
    in_time(|| {
        let mut plan = Plan::new();
        plan.add(Writer::<()>::default())
            .every(Period::steps(2).last());
        assert!(plan.run(&mut state(), steps).unwrap().is_finished());
        assert_eq!(plan.get::<Writer<()>>().unwrap().0, [2, 3]);
    });
}
