//! A callback in the background sees exactly the calls, with the values, that the same callback sees in the loop: for random loops,
//! flows and endings. With a queue that drops the oldest it sees some of them, in order, and is told how many it did not see.

mod support {
    pub(crate) mod deadline;
}

use callbacks::prelude::*;
use callbacks::{Background, Ending};
use proptest::collection::vec;
use proptest::prelude::*;
use support::deadline::in_time;

breakpoints! {
    loop Walk with u64 as steps {
        scope RUN {
            on_run_begin;
            scope LEG { on_leg_begin; on_step; on_rest; on_leg_end; }
            on_run_end;
        }
        stop => on_stop;
        interrupt => on_interrupt;
        error => on_error;
    }
}

/// What happens at a step.
#[derive(Clone, Copy, Debug)]
enum Event {
    Step,
    Rest,
    LeaveLeg,
    Stop,
    Interrupt,
    Error,
    Panic,
    LoopFails,
    NextLeg,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        12 => Just(Event::Step),
        6 => Just(Event::Rest),
        3 => Just(Event::NextLeg),
        1 => Just(Event::LeaveLeg),
        1 => prop_oneof![
            Just(Event::Stop),
            Just(Event::Interrupt),
            Just(Event::Error),
            Just(Event::Panic),
            Just(Event::LoopFails),
        ],
    ];
    vec(event, 0..40)
}

/// Writes down where it was called with what, and fails where it is told to.
#[derive(Clone, Debug, Default)]
struct Writer {
    seen: Vec<String>,
    fails_at: Vec<u64>,
}

impl Writer {
    fn write(&mut self, at: &Breakpoint, step: Option<&u64>) -> Result<(), String> {
        self.seen.push(format!("{at} {step:?}"));
        match step {
            Some(step) if self.fails_at.contains(step) => Err(format!("no room for {step}")),
            _ => Ok(()),
        }
    }
}

impl Callback<Walk> for Writer {
    fn handlers(&self, h: &mut Handlers<Walk, Self>) {
        h.lag(Walk::on_run_begin, Self::write);
        h.lag(Walk::on_leg_begin, Self::write);
        h.lag(Walk::on_step, Self::write).every(Period::steps(2));
        h.lag(Walk::on_rest, Self::write);
        h.lag(Walk::on_leg_end, Self::write);
        h.lag(Walk::on_run_end, Self::write);
        h.lag(Walk::on_stop, Self::write);
        h.lag(Walk::on_interrupt, Self::write);
        h.lag(Walk::on_error, Self::write);
    }
}

/// What the loop's own callback answers at a step.
fn act(event: &Event) -> Result<Flow, &'static str> {
    match event {
        Event::LeaveLeg => Ok(Flow::leave(Walk::LEG)),
        Event::Stop => Ok(Flow::stop("enough")),
        Event::Interrupt => Ok(Flow::interrupt("SIGINT")),
        Event::Error => Err("no data"),
        Event::Panic => panic!("out of range"),
        _ => Ok(Flow::Continue),
    }
}

fn walk(run: &mut Run<'_, Walk>, events: &[Event]) -> Result<(), Break> {
    let mut step = 0_u64;
    let legs = events.split(|event| matches!(event, Event::NextLeg));
    run.scope(Walk::RUN, |run| {
        for leg in legs {
            run.scope(Walk::LEG, |run| {
                leg.iter().try_for_each(|event| go(run, event, &mut step))
            })?;
        }
        Ok(())
    })
    .map(drop)
}

fn go(run: &mut Run<'_, Walk>, event: &Event, step: &mut u64) -> Result<(), Break> {
    *step += 1;
    run.state().insert(*step);
    run.state().insert(*event);
    match event {
        Event::Rest => run.fire(Walk::on_rest),
        Event::LoopFails => Err("the loop gave up".into()),
        _ => run.fire(Walk::on_step),
    }
}

/// What a writer has seen of a walk, how many calls it was told not to see, and how the walk ended.
fn seen(
    writer: Writer,
    events: &[Event],
    attach: impl FnOnce(&mut Plan<Walk>, Writer),
) -> (Vec<String>, u64, String) {
    let mut plan = Plan::new();
    attach(&mut plan, writer);
    plan.on(Walk::on_step, act);
    let outcome = plan
        .run(&mut events_state(), |run| walk(run, events))
        .unwrap();
    let dropped = outcome
        .dropped()
        .iter()
        .map(|dropped| dropped.times())
        .sum();
    let ending = match outcome.ending() {
        Ending::Failed(failure) => failure.cause().to_string(),
        other => format!("{other:?}"),
    };
    let seen = plan.get::<Writer>().unwrap().seen.clone();
    (seen, dropped, ending)
}

/// What is asked for before the first step.
fn events_state() -> State {
    let mut state = State::new();
    state.insert(Event::Rest);
    state
}

fn is_subsequence(some: &[String], all: &[String]) -> bool {
    let mut all = all.iter();
    some.iter().all(|one| all.any(|other| other == one))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn with_back_pressure_it_sees_what_it_would_see_in_the_loop(events in events(), room in 1_usize..6) {
        in_time(move || {
            let writer = Writer::default();
            let in_loop = seen(writer.clone(), &events, |plan, it| drop(plan.add(it).in_loop()));
            let later = seen(writer, &events, |plan, it| drop(plan.add(it).background(Background::queue(room))));
            assert_eq!(in_loop, later);
        });
    }

    #[test]
    fn a_writer_that_may_fail_sees_all_of_it_too(
        events in events(),
        fails_at in vec(1_u64..40, 0..6),
        room in 1_usize..6,
    ) {
        in_time(move || {
            let writer = Writer { fails_at, ..Writer::default() };
            let in_loop = seen(writer.clone(), &events, |plan, it| {
                plan.add(it).on_failure(OnFailure::Warn).in_loop();
            });
            let later = seen(writer, &events, |plan, it| {
                plan.add(it).on_failure(OnFailure::Warn).background(Background::queue(room));
            });
            assert_eq!(in_loop, later);
        });
    }

    #[test]
    fn where_the_oldest_is_dropped_seen_and_told_are_all(events in events(), room in 1_usize..4) {
        in_time(move || {
            let writer = Writer::default();
            let (all, _, ending) = seen(writer.clone(), &events, |plan, it| drop(plan.add(it).in_loop()));
            let (some, dropped, later) = seen(writer, &events, |plan, it| {
                plan.add(it).background(Background::queue(room).drop_oldest());
            });
            assert!(is_subsequence(&some, &all), "{some:?} of {all:?}");
            assert_eq!((some.len() as u64 + dropped, later), (all.len() as u64, ending));
        });
    }

    #[test]
    fn a_failure_in_the_background_fails_the_run_and_every_call_is_seen_or_told(
        steps in 1_u64..60,
        fails_at in 1_u64..60,
        room in 1_usize..6,
    ) {
        in_time(move || {
            let writer = Writer { fails_at: vec![fails_at], ..Writer::default() };
            let mut plan = Plan::new();
            plan.add(writer).background(Background::queue(room));
            let mut fired = 0;
            let outcome = plan.run(&mut State::new(), |run| {
                for step in 1..=steps {
                    run.state().insert(step);
                    fired += 1;
                    run.fire(Walk::on_rest)?;
                }
                Ok(())
            });
            let outcome = outcome.unwrap();
            assert_eq!(outcome.failed().is_some(), fails_at <= steps);
            let dropped: u64 = outcome.dropped().iter().map(|dropped| dropped.times()).sum();
            let told = u64::from(outcome.failed().is_some());
            let seen = plan.get::<Writer>().unwrap().seen.len() as u64;
            assert_eq!(seen + dropped, fired + told);
        });
    }
}
