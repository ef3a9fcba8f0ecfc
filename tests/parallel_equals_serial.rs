//! Whatever a plan is, it comes to the same at the same time as one after the other. In debug builds each slot watches over who has
//! it meanwhile.

#[path = "support/actor.rs"]
mod actor;

use actor::{Access, Actor, Deed, Home, Part, Returns, Value, Walk};
use callbacks::prelude::*;
use callbacks::{Executor, Job, Parallel};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// An actor of a plan, and what is said of it there.
#[derive(Clone, Debug)]
struct Attached {
    part: Part,
    weight: i8,
    after: Option<usize>,
    on_failure: OnFailure,
    is_local: bool,
}

#[derive(Clone, Debug)]
struct Script {
    actors: Vec<Attached>,
    refuses: bool,
    /// Which values are in the state.
    holds: [bool; 3],
}

fn access() -> impl Strategy<Value = Access> {
    prop_oneof![8 => Just(Access::None), 3 => Just(Access::Read), 1 => Just(Access::Write)]
}

fn parts() -> impl Strategy<Value = Part> {
    let deeds = prop::sample::select(vec![
        Deed::Stop,
        Deed::Interrupt,
        Deed::LeaveStep,
        Deed::LeaveRun,
        Deed::Fail,
        Deed::Panic,
    ]);
    let returns = vec![Returns::Nothing, Returns::Tries, Returns::Flows];
    (
        [access(), access(), access(), access()],
        prop::sample::select(returns),
        prop::sample::subsequence((0..actor::PLACES.len()).collect::<Vec<_>>(), 1..=2),
        prop::option::weighted(0.6, (1..4_u64, deeds)),
        prop::option::weighted(0.2, (1..3_u64, any::<bool>())),
    )
        .prop_map(|(access, returns, places, deed, period)| Part {
            access,
            returns,
            places,
            deed,
            period,
        })
}

fn attached() -> impl Strategy<Value = Attached> {
    let policy = prop_oneof![
        2 => Just(OnFailure::Fail),
        1 => Just(OnFailure::Warn),
        1 => (1..3_u32).prop_map(OnFailure::DisableAfter)
    ];
    let after = prop::option::weighted(0.15, 0..6_usize);
    (parts(), -1..2_i8, after, policy, prop::bool::weighted(0.2)).prop_map(
        |(part, weight, after, on_failure, is_local)| Attached {
            part,
            weight,
            after,
            on_failure,
            is_local,
        },
    )
}

fn scripts() -> impl Strategy<Value = Script> {
    let actors = prop::collection::vec(attached(), 2..7);
    let holds = [
        Just(true).boxed(),
        any::<bool>().boxed(),
        any::<bool>().boxed(),
    ];
    (actors, prop::bool::weighted(0.3), holds).prop_map(|(actors, refuses, holds)| Script {
        actors,
        refuses,
        holds,
    })
}

fn name(nth: usize) -> String {
    format!("actor {nth}")
}

impl Script {
    fn plan(&self) -> Plan<Walk> {
        let mut plan = Plan::new();
        // What may be there and is not: a handler that requires it is skipped.
        plan.expect(|states| states.always::<Value<1>>());
        if self.refuses {
            plan.refuse_stops(|state, _| {
                let sum: u64 = state.get::<Value<0>>().map_or(0, |value| value.0);
                sum.is_multiple_of(2).then(|| format!("{sum} is even"))
            });
        }
        for (nth, one) in self.actors.iter().enumerate() {
            let actor = Actor::new(one.part.clone());
            let attachment = if one.is_local {
                plan.add_local(actor)
            } else {
                plan.add(actor)
            };
            let attachment = attachment.named(name(nth)).on_failure(one.on_failure);
            let attachment = attachment.weight(f64::from(one.weight));
            // The callback that it names was attached before it, so that there is no circle.
            if let Some(after) = one.after.filter(|after| *after < nth) {
                attachment.after(name(after));
            }
        }
        plan
    }

    fn state(&self) -> State {
        let mut state = State::new();
        state.insert(0_u64);
        state.insert(Home(1.into()));
        if self.holds[0] {
            state.insert(Value::<0>(1));
        }
        if self.holds[1] {
            state.insert(Value::<1>(1));
        }
        if self.holds[2] {
            state.insert(Value::<2>(1));
        }
        state
    }

    /// What a run with the executor comes to; without one for none.
    fn run(&self, executor: Option<Chance>) -> Ran {
        let mut plan = self.plan();
        if let Some(executor) = executor {
            plan.executor(executor);
        }
        let mut state = self.state();
        let outcome = plan.run(&mut state, |run| {
            run.scope(Walk::RUN, |run| {
                for step in 1..=3_u64 {
                    run.state().insert(step);
                    run.scope(Walk::STEP, |run| run.fire(Walk::on_force))?;
                }
                Ok(())
            })?;
            Ok(())
        });
        let outcome = outcome.unwrap_or_else(|error| panic!("{error}"));
        let actors = (0..self.actors.len()).map(|nth| plan.get_named::<Actor>(&name(nth)));
        Ran {
            traces: actors
                .map(|actor| actor.expect("it is there").trace.clone())
                .collect(),
            values: (
                state.get().cloned(),
                state.get().cloned(),
                state.get().cloned(),
                state.get().cloned(),
            ),
            mates: mates(&mut plan, &self.state(), &outcome),
            outcome,
        }
    }
}

/// Those that may have run beside the one that failed, or after it.
fn mates(plan: &mut Plan<Walk>, state: &State, outcome: &Outcome) -> BTreeSet<String> {
    let origin = outcome.failed().map(|failure| failure.origin().clone());
    let explanation = plan
        .explain(state)
        .unwrap_or_else(|error| panic!("{error}"));
    let group_of = |row: &callbacks::explain::Row| {
        let executor = row.executor()?;
        Some(executor.split_once("group ")?.1.to_owned())
    };
    let failed =
        origin.and_then(|origin| Some((origin.callback()?.to_owned(), *origin.breakpoint()?)));
    let Some((callback, at)) = failed else {
        return BTreeSet::new();
    };
    let listing = explanation
        .breakpoints()
        .iter()
        .find(|listing| listing.breakpoint() == &at);
    let rows = listing
        .map(callbacks::explain::Listing::rows)
        .unwrap_or_default();
    let its_group = rows
        .iter()
        .find(|row| row.callback() == callback)
        .and_then(group_of);
    let mates = rows
        .iter()
        .filter(|row| its_group.is_some() && group_of(row) == its_group);
    mates.map(|row| row.callback().to_owned()).collect()
}

type Values = (
    Option<Value<0>>,
    Option<Value<1>>,
    Option<Value<2>>,
    Option<Home>,
);

struct Ran {
    outcome: Outcome,
    traces: Vec<Vec<u64>>,
    values: Values,
    /// Who may differ from a serial run, if this one failed.
    mates: BTreeSet<String>,
}

/// Runs groups on rayon's threads: all of them, or now these and now those.
struct Chance {
    rayon: Parallel,
    /// Which of the next ones.
    which: AtomicU64,
}

impl Chance {
    fn always() -> Self {
        Self::some(u64::MAX)
    }

    fn some(which: u64) -> Self {
        Self {
            rayon: Parallel::new(),
            which: which.into(),
        }
    }
}

impl Executor for Chance {
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
        self.rayon.run(jobs, here);
    }

    fn pays(&self, _: Duration) -> bool {
        let which = self.which.load(Ordering::Relaxed);
        self.which.store(which.rotate_right(1), Ordering::Relaxed);
        which & 1 == 1
    }
}

/// The promise: everything is equal or, if the run failed, everything but the effects of the group that failed.
fn assert_same(script: &Script, serial: &Ran, parallel: &Ran) {
    let (one, other) = (&serial.outcome, &parallel.outcome);
    let Some(failure) = one.failed() else {
        assert_eq!(format!("{one:?}"), format!("{other:?}"));
        assert_eq!(serial.traces, parallel.traces);
        assert_eq!(serial.values, parallel.values);
        return;
    };
    let same = other.failed().expect("it fails, too");
    let explanation = |failure: &Failure| format!("{:?} {}", failure.origin(), failure.cause());
    assert_eq!(explanation(failure), explanation(same));
    let later = |failure: &Failure| failure.later().map(ToString::to_string).collect::<Vec<_>>();
    let others = later(same);
    assert!(later(failure).iter().all(|fault| others.contains(fault)));
    assert_eq!(
        format!("{:?}", one.refused()),
        format!("{:?}", other.refused())
    );
    let mut may_differ = [false; 4];
    for (nth, actor) in script.actors.iter().enumerate() {
        if !parallel.mates.contains(&name(nth)) {
            assert_eq!(serial.traces[nth], parallel.traces[nth], "{}", name(nth));
            continue;
        }
        let writes = actor.part.access.map(|access| access == Access::Write);
        may_differ
            .iter_mut()
            .zip(writes)
            .for_each(|(may, writes)| *may |= writes);
    }
    let (one, other) = (&serial.values, &parallel.values);
    assert!(may_differ[0] || one.0 == other.0);
    assert!(may_differ[1] || one.1 == other.1);
    assert!(may_differ[2] || one.2 == other.2);
    assert!(may_differ[3] || one.3 == other.3);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(10_000) })]

    #[test]
    fn any_plan_comes_to_the_same_at_the_same_time(script in scripts()) {
        assert_same(&script, &script.run(None), &script.run(Some(Chance::always())));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn which_groups_run_at_the_same_time_changes_no_result(script in scripts(), which in any::<u64>()) {
        assert_same(&script, &script.run(None), &script.run(Some(Chance::some(which))));
    }
}
