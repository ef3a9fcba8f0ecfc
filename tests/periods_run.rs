//! A property of runs: which handlers run at which step is what the periods' rule alone says, for any periods, any handlers beside
//! them, any counters and any places at which the run is cut.

use callbacks::prelude::*;
use callbacks::{Count, Counter, Periods, Position, Unit, counter};
use proptest::prelude::*;

#[derive(Debug, Clone, Copy, Default)]
struct Clock(f64);

counter!(Clock: f64);

/// Samples, counted by what is more than a number.
#[derive(Debug, Clone, Default)]
struct Seen(Vec<u64>);

impl Counter for Seen {
    fn count(&self) -> Count<'_> {
        Count::Computed(self.0.iter().sum())
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Trace(Vec<(usize, u64)>);

breakpoints! {
    loop Walk with u64 as steps by hand, Clock as time by hand, Seen as samples by hand, Trace {
        scope RUN { on_run_begin; on_step; on_run_end; }
    }
}

/// How a handler looks that has a period, or has none.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Plain,
    AsksWhere,
    AsksForAll,
}

#[derive(Debug, Clone)]
struct Handler {
    kind: Kind,
    period: Option<Period>,
}

fn period() -> impl Strategy<Value = Period> {
    let one = prop_oneof![
        4 => (1_u64..9).prop_map(Period::steps),
        1 => (1_u64..40).prop_map(Period::samples),
        1 => (1_u32..9).prop_map(|quarters| Period::time(0.25 * f64::from(quarters))),
        1 => (1_u64..9, 0_u64..4).prop_map(|(every, by)| Period::steps(every).offset(by)),
        1 => (1_u64..30).prop_map(|at| Period::steps(at).once()),
    ];
    prop_oneof![
        3 => one.clone().boxed(),
        1 => (one.clone(), one).prop_map(|(one, other)| one.or(other)).boxed(),
    ]
}

fn handler() -> impl Strategy<Value = Handler> {
    let kind = prop_oneof![
        4 => Just(Kind::Plain),
        1 => Just(Kind::AsksWhere),
        1 => Just(Kind::AsksForAll),
    ];
    (kind, proptest::option::weighted(0.7, period()))
        .prop_map(|(kind, period)| Handler { kind, period })
}

fn plan(handlers: &[Handler]) -> Plan<Walk> {
    let mut plan = Plan::<Walk>::new();
    for (callback_ref, handler) in handlers.iter().enumerate() {
        let attached = match handler.kind {
            Kind::Plain => plan.on(Walk::on_step, move |step: &u64, trace: &mut Trace| {
                trace.0.push((callback_ref, *step));
            }),
            Kind::AsksWhere => plan.on(
                Walk::on_step,
                move |at: &Breakpoint, step: &u64, trace: &mut Trace| {
                    assert_eq!(at.name(), "on_step");
                    trace.0.push((callback_ref, *step));
                },
            ),
            Kind::AsksForAll => plan.on(Walk::on_step, move |mut ctx: Ctx<'_>| {
                let step = *ctx.get::<u64>().unwrap();
                ctx.get_mut::<Trace>().unwrap().0.push((callback_ref, step));
            }),
        };
        if let Some(period) = &handler.period {
            attached.every(period.clone());
        }
    }
    plan
}

/// Where the loop stands after so many steps of these sizes.
fn place(walked: &[u64]) -> (u64, Clock, Seen) {
    let steps = walked.iter().map(|size| size % 4 + 1).sum::<u64>();
    (
        steps,
        Clock(0.125 * f64::from(u32::try_from(steps).unwrap())),
        Seen(walked.to_vec()),
    )
}

fn position(walked: &[u64]) -> Position {
    let (steps, clock, seen) = place(walked);
    let samples: u64 = seen.0.iter().sum();
    let counted = Position::new()
        .with(Unit::Steps, steps)
        .with(Unit::Samples, samples);
    counted.with(Unit::Time, clock.0)
}

fn expected(handlers: &[Handler], sizes: &[u64]) -> Trace {
    let mut trace = Trace::default();
    for at in 1..=sizes.len() {
        let (before, now) = (position(&sizes[..at - 1]), position(&sizes[..at]));
        for (callback_ref, handler) in handlers.iter().enumerate() {
            let period = handler.period.as_ref();
            if period.is_none_or(|period| period.due_between(&before, &now).is_some()) {
                trace.0.push((callback_ref, place(&sizes[..at]).0));
            }
        }
    }
    trace
}

fn count(state: &mut Ctx<'_>, walked: &[u64]) {
    let (steps, clock, seen) = place(walked);
    state.insert(steps);
    state.insert(clock);
    state.insert(seen);
}

/// Runs the steps from one place to another.
fn walk(plan: &mut Plan<Walk>, state: &mut State, sizes: &[u64], from: usize, to: usize) {
    let outcome = plan.run(state, |run| {
        run.scope(Walk::RUN, |run| {
            for at in from + 1..=to {
                count(&mut run.state(), &sizes[..at]);
                run.fire(Walk::on_step)?;
            }
            Ok(())
        })
        .map(drop)
    });
    assert!(outcome.unwrap().is_finished());
}

fn beginning() -> State {
    let mut state = State::new();
    count(&mut state.ctx(), &[]);
    state.insert(Trace::default());
    state
}

/// Which plan runs behind a cut.
#[derive(Debug, Clone, Copy)]
enum Resumed {
    /// The one that ran before it.
    Same,
    /// One of another process, which reads the periods before the plan is checked.
    New,
    /// The same, but the plan is checked before.
    Checked,
}

impl Resumed {
    fn plan(self, before: Plan<Walk>, handlers: &[Handler]) -> Plan<Walk> {
        let mut after = plan(handlers);
        match self {
            Self::Same => return before,
            Self::New => {}
            Self::Checked => after.check(&beginning()).unwrap(),
        }
        after.restore_periods(&through_a_file(&before.periods()));
        after
    }
}

fn resumed() -> impl Strategy<Value = Resumed> {
    prop_oneof![
        Just(Resumed::Same),
        Just(Resumed::New),
        Just(Resumed::Checked),
    ]
}

/// The same periods as another process reads them.
fn through_a_file(periods: &Periods) -> Periods {
    let mut read = Periods::default();
    for (callback, at, nth, numbers) in periods.entries() {
        read.keep(callback, at, nth, &numbers).unwrap();
    }
    read
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn handlers_run_when_the_rule_says_so(
        handlers in proptest::collection::vec(handler(), 1..6),
        sizes in proptest::collection::vec(0_u64..12, 1..24),
    ) {
        let mut state = beginning();
        walk(&mut plan(&handlers), &mut state, &sizes, 0, sizes.len());
        prop_assert_eq!(state.get::<Trace>().unwrap(), &expected(&handlers, &sizes));
    }

    #[test]
    fn a_run_that_was_cut_anywhere_goes_on_as_if_it_had_not_been(
        handlers in proptest::collection::vec(handler(), 1..6),
        sizes in proptest::collection::vec(0_u64..12, 1..16),
        resumed in resumed(),
        has_counted: bool,
    ) {
        for cut in 0..=sizes.len() {
            let mut state = beginning();
            let mut first = plan(&handlers);
            walk(&mut first, &mut state, &sizes, 0, cut);
            if has_counted {
                // The cut is between the counters and the handlers of a step.
                count(&mut state.ctx(), &sizes[..sizes.len().min(cut + 1)]);
            }
            let mut second = resumed.plan(first, &handlers);
            walk(&mut second, &mut state, &sizes, cut, sizes.len());
            prop_assert_eq!(state.get::<Trace>().unwrap(), &expected(&handlers, &sizes), "cut at {}", cut);
        }
    }
}
