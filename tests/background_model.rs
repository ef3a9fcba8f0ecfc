//! A callback in the background sees exactly the calls, with the values, that the same callback sees in the loop: for random loops,
//! flows and endings. With a queue that drops the oldest it sees some of them, in order, and the outcome counts the others.

mod support {
    pub(crate) mod deadline;
}

use callbacks::prelude::*;
use callbacks::{Attachment, Background, Dropped, Ending};
use proptest::collection::vec;
use proptest::prelude::*;
use support::deadline::in_time;

breakpoints! {
    loop Walk with u64 as steps by hand {
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

/// Records its calls and their values, and fails where it is set to.
#[derive(Clone, Debug, Default)]
struct Writer {
    seen: Vec<String>,
    fails_at: Vec<u64>,
    /// Where it has handlers: one bit for each of them.
    at: u16,
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
        let places = [
            Walk::on_run_begin,
            Walk::on_leg_begin,
            Walk::on_step,
            Walk::on_rest,
            Walk::on_rest,
            Walk::on_leg_end,
            Walk::on_run_end,
            Walk::on_stop,
            Walk::on_interrupt,
            Walk::on_error,
        ];
        for (nth, place) in places
            .into_iter()
            .enumerate()
            .filter(|(nth, _)| self.at & (1 << nth) != 0)
        {
            let bound = h.on_background(place, Self::write);
            if nth % 3 == 2 {
                bound.every(Period::steps(2).last());
            }
        }
    }
}

/// A writer, its queue, and its weight beside the callback that decides how a walk goes.
#[derive(Clone, Debug)]
struct Attached {
    writer: Writer,
    room: usize,
    weight: f64,
}

/// Writers that fail where `fails_at` says.
fn writers(fails_at: impl Strategy<Value = Vec<u64>>) -> impl Strategy<Value = Vec<Attached>> {
    let attached = (fails_at, 0_u16..1024, 1_usize..6, -1_i8..2);
    let attached = attached.prop_map(|(fails_at, at, room, weight)| Attached {
        writer: Writer {
            seen: Vec::new(),
            fails_at,
            at,
        },
        room,
        weight: weight.into(),
    });
    vec(attached, 1..4)
}

/// What the loop's own callback answers at a step.
#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler gets a reference"
)]
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
                leg.iter().try_for_each(|event| go(run, *event, &mut step))
            })?;
        }
        Ok(())
    })
    .map(drop)
}

fn go(run: &mut Run<'_, Walk>, event: Event, step: &mut u64) -> Result<(), Break> {
    *step += 1;
    run.state().insert(*step);
    run.state().insert(event);
    match event {
        Event::Rest => run.fire(Walk::on_rest),
        Event::LoopFails => Err("the loop gave up".into()),
        _ => run.fire(Walk::on_step),
    }
}

/// What writers have seen of a walk, how many calls they were told not to see, and how the walk ended.
struct Seen {
    lines: Vec<Vec<String>>,
    dropped: u64,
    ending: String,
}

/// Walks with writers that `settings` are said of.
fn walked(attached: &[Attached], events: &[Event], settings: fn(Attachment<'_>, usize)) -> Seen {
    let mut plan = Plan::new();
    plan.on(Walk::on_step, act);
    for (
        nth,
        Attached {
            writer,
            room,
            weight,
        },
    ) in attached.iter().enumerate()
    {
        let attachment = plan
            .add(writer.clone())
            .weight(*weight)
            .named(format!("writer {nth}"));
        settings(attachment, *room);
    }
    let outcome = plan.run(&mut start(), |run| walk(run, events)).unwrap();
    let ending = match outcome.ending() {
        Ending::Failed(failure) => failure.cause().to_string(),
        other => format!("{other:?}"),
    };
    let writers = (0..attached.len()).map(|nth| plan.get_named::<Writer>(&format!("writer {nth}")));
    Seen {
        lines: writers.map(|writer| writer.unwrap().seen.clone()).collect(),
        dropped: outcome.dropped().iter().map(Dropped::times).sum(),
        ending,
    }
}

fn dropped_and_seen(walked: &Seen) -> u64 {
    let seen: usize = walked.lines.iter().map(Vec::len).sum();
    walked.dropped + seen as u64
}

/// What is asked for before the first step.
fn start() -> State {
    let mut state = State::new();
    state.insert(Event::Rest);
    state.insert(0_u64);
    state
}

fn is_subsequence(some: &[String], all: &[String]) -> bool {
    let mut all = all.iter();
    some.iter().all(|one| all.any(|other| other == one))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn with_back_pressure_they_see_what_they_would_see_in_the_loop(
        events in events(),
        writers in writers(Just(Vec::new())),
    ) {
        in_time(move || {
            let in_loop = walked(&writers, &events, |it, _| { it.in_loop(); });
            let later = walked(&writers, &events, |it, room| { it.background(Background::queue(room)); });
            assert_eq!((in_loop.lines, in_loop.ending), (later.lines, later.ending));
            assert_eq!(later.dropped, 0);
        });
    }

    #[test]
    fn writers_that_may_fail_see_all_of_it_too(
        events in events(),
        writers in writers(vec(1_u64..40, 0..6)),
    ) {
        in_time(move || {
            let in_loop = walked(&writers, &events, |it, _| { it.on_failure(OnFailure::Warn).in_loop(); });
            let later = walked(&writers, &events, |it, room| {
                it.on_failure(OnFailure::Warn).background(Background::queue(room));
            });
            assert_eq!((in_loop.lines, in_loop.ending), (later.lines, later.ending));
        });
    }

    #[test]
    fn where_the_oldest_is_dropped_each_call_is_seen_or_reported(
        events in events(),
        writers in writers(Just(Vec::new())),
    ) {
        in_time(move || {
            let in_loop = walked(&writers, &events, |it, _| { it.in_loop(); });
            let later = walked(&writers, &events, |it, room| {
                it.background(Background::queue(room).drop_oldest());
            });
            for (some, all) in later.lines.iter().zip(&in_loop.lines) {
                assert!(is_subsequence(some, all), "{some:?} of {all:?}");
            }
            assert_eq!(dropped_and_seen(&later), dropped_and_seen(&in_loop));
            assert_eq!(later.ending, in_loop.ending);
        });
    }

    #[test]
    fn a_failure_in_the_background_fails_the_run_and_every_call_is_seen_or_reported(
        steps in 1_u64..60,
        fails_at in 1_u64..60,
        room in 1_usize..6,
    ) {
        in_time(move || {
            let writer = Writer { fails_at: vec![fails_at], at: 0b10_0000_1000, ..Writer::default() };
            let mut plan = Plan::new();
            plan.add(writer).background(Background::queue(room));
            let mut fired = 0;
            let outcome = plan.run(&mut start(), |run| {
                for step in 1..=steps {
                    run.state().insert(step);
                    fired += 1;
                    run.fire(Walk::on_rest)?;
                }
                Ok(())
            });
            let outcome = outcome.unwrap();
            assert_eq!(outcome.failed().is_some(), fails_at <= steps);
            let dropped: u64 = outcome.dropped().iter().map(Dropped::times).sum();
            let reported = u64::from(outcome.failed().is_some());
            let seen = plan.get::<Writer>().unwrap().seen.len() as u64;
            assert_eq!(seen + dropped, fired + reported);
        });
    }
}
