//! A random program: states, plans and guards, and what is done with them.

use super::actor::{Actor, BackgroundParam, Of, Vote};
use super::census::{Census, see};
use super::executor::Erratic;
use super::many::touch_some;
use super::value::{Far, Line, Near, Nothing, Page, Value, count_nothings};
use callbacks::prelude::*;
use callbacks::{Background, Ending, Guard};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};

breakpoints! {
    pub(crate) loop Walk with
        u64 as steps by hand,
        Near<0>, Near<1>, Near<2>, Far<0>, Far<1>, Far<2>, Line<0>, Line<1>, Page<0>, Nothing<0>, Nothing<1>
    {
        scope RUN {
            on_run_begin;
            scope STEP { before_step; on_force; on_ask -> Vote; after_step; }
            on_run_end;
        }
        stop => on_stop;
        interrupt => on_interrupt;
        error => on_error;
    }
}

/// What is never dropped. Kept where a check for leaks sees it.
static FORGOTTEN: Mutex<Vec<usize>> = Mutex::new(Vec::new());

fn forget(what: impl Any) {
    let place = Box::leak(Box::new(what));
    let mut forgotten = FORGOTTEN.lock().unwrap_or_else(PoisonError::into_inner);
    forgotten.push(std::ptr::from_mut(place).expose_provenance());
}

/// Calls a function for one of the types of state.
macro_rules! of_some_type {
    ($nth:expr, $function:ident($($argument:expr),*)) => {
        match $nth % 11 {
            0 => $function::<Near<0>>($($argument),*),
            1 => $function::<Near<1>>($($argument),*),
            2 => $function::<Near<2>>($($argument),*),
            3 => $function::<Far<0>>($($argument),*),
            4 => $function::<Far<1>>($($argument),*),
            5 => $function::<Far<2>>($($argument),*),
            6 => $function::<Line<0>>($($argument),*),
            7 => $function::<Line<1>>($($argument),*),
            8 => $function::<Page<0>>($($argument),*),
            9 => $function::<Nothing<0>>($($argument),*),
            _ => $function::<Nothing<1>>($($argument),*),
        }
    };
}

fn insert<T: Value>(ctx: &mut Ctx<'_>, census: &Census) {
    drop(ctx.insert(T::make(census)));
}

/// What is lent is not removed.
fn remove<T: Value>(ctx: &mut Ctx<'_>) {
    drop(ctx.remove::<T>());
}

fn write<T: Value>(ctx: &mut Ctx<'_>, census: &Census) {
    if let Some(value) = ctx.get_mut::<T>() {
        value.write(census);
    }
    if let Some(value) = ctx.get::<T>() {
        value.look(census);
    }
}

fn lend<T: Value>(ctx: &mut Ctx<'_>, census: &Census, random: &mut fastrand::Rng, depth: u8) {
    let mut value = T::make(census);
    let panics = random.u8(..8) == 0;
    see("a lend");
    let lent = catch_unwind(AssertUnwindSafe(|| {
        ctx.lend(&mut value, |mut ctx| {
            for _ in 0..random.u8(..5) {
                change(&mut ctx, census, random, depth - 1);
            }
            if panics {
                resume_unwind(Box::new("out of the lend"));
            }
        });
    }));
    if lent.is_err() != panics {
        census.report("a lend has panicked by itself".to_owned());
    }
    value.look(census);
}

fn query(ctx: &mut Ctx<'_>, census: &Census) {
    if let Some((near, far, page)) = ctx.query::<(&mut Near<0>, Option<&mut Far<0>>, &Page<0>)>() {
        near.write(census);
        if let Some(far) = far {
            far.write(census);
        }
        page.look(census);
    }
    if ctx.query::<(&mut Near<0>, &Near<0>)>().is_some() {
        census.report("a query gave a value twice".to_owned());
    }
}

/// Changes a state at random.
pub(crate) fn change(ctx: &mut Ctx<'_>, census: &Census, random: &mut fastrand::Rng, depth: u8) {
    let of = random.u8(..);
    match random.u8(..10) {
        0..=3 => of_some_type!(of, insert(ctx, census)),
        4 => of_some_type!(of, remove(ctx)),
        5..=6 => of_some_type!(of, write(ctx, census)),
        7 => query(ctx, census),
        _ if depth > 0 => of_some_type!(of, lend(ctx, census, random, depth)),
        _ => {}
    }
}

/// The loop: a few steps, in which it may fail, panic or go on after a break.
pub(crate) fn walk(
    run: &mut Run<'_, Walk>,
    census: &Census,
    random: &mut fastrand::Rng,
) -> Result<(), Break> {
    let steps = random.u64(..12);
    run.scope(Walk::RUN, |run| {
        for step in 1..=steps {
            run.state().insert(step);
            run.scope(Walk::STEP, |run| one_step(run, census, random))?;
        }
        run.last_call()
    })?;
    Ok(())
}

fn one_step(
    run: &mut Run<'_, Walk>,
    census: &Census,
    random: &mut fastrand::Rng,
) -> Result<(), Break> {
    match random.u8(..100) {
        0 => return Err("the loop failed".into()),
        1 => resume_unwind(Box::new("the loop panicked")),
        2 => change(&mut run.state(), census, random, 2),
        3 => drop(run.fire(Walk::on_force)),
        _ => {}
    }
    run.fire(Walk::on_force)?;
    run.ask(Walk::on_ask)?;
    run.fire(Walk::on_force)
}

/// A plan, and what its callbacks have in common.
struct Planned {
    plan: Plan<Walk>,
    of: Of,
}

impl Planned {
    fn new(census: &Census) -> Self {
        let (census, plan) = (census.clone(), census.number());
        Self {
            plan: Plan::new(),
            of: Of { census, plan },
        }
    }

    /// One with a few callbacks.
    fn with_some(census: &Census, random: &mut fastrand::Rng) -> Self {
        let mut planned = Self::new(census);
        for _ in 0..random.u8(..8) {
            planned.attach(random);
        }
        planned
    }

    /// Attaches something at random.
    fn attach(&mut self, random: &mut fastrand::Rng) {
        let Self { plan, of } = self;
        let policy = match random.u8(..4) {
            0 => OnFailure::Warn,
            1 => OnFailure::DisableAfter(random.u32(..4)),
            _ => OnFailure::Fail,
        };
        let attachment = match random.u8(..8) {
            0..=3 => plan.add(Actor::new(of, random)),
            4 => plan.add_local(Actor::new(of, random)),
            5..=6 => {
                let queue = Background::queue(random.usize(1..4));
                let lagging = plan.add(BackgroundParam::new(of, random));
                match random.u8(..4) {
                    0 => lagging.in_loop(),
                    1 => lagging.background(queue.drop_oldest()),
                    _ => lagging.background(queue),
                }
            }
            _ => {
                let (census, held) = (of.census.clone(), Near::<70>::make(&of.census));
                plan.on(Walk::on_force, move |near: Option<&mut Near<0>>| {
                    held.look(&census);
                    if let Some(near) = near {
                        near.write(&census);
                    }
                })
            }
        };
        attachment.on_failure(policy).weight(random.u8(..3).into());
    }

    /// Changes which callbacks there are.
    fn change(&mut self, random: &mut fastrand::Rng) {
        // Names are known once a plan has been checked.
        let names = self.plan.names();
        let name = random.choice(names).map(std::string::ToString::to_string);
        let name = name.unwrap_or_else(|| "nobody".to_owned());
        match random.u8(..9) {
            0..=2 => self.attach(random),
            3 => drop(self.plan.remove_named(&name)),
            4 => {
                let actor = Actor::new(&self.of, random);
                let _ = self.plan.replace_named(&name, actor);
            }
            5 => drop(self.plan.remove::<Actor>()),
            6 => drop(self.plan.replace(Actor::new(&self.of, random))),
            7 => {
                if let Some(actor) = self.plan.get_mut::<Actor>() {
                    actor.look();
                }
            }
            _ => {
                self.plan.executor(Erratic::new(random.u64(..)));
            }
        }
    }

    fn run(&mut self, state: &mut State, random: &mut fastrand::Rng) {
        let census = self.of.census.clone();
        let ran = catch_unwind(AssertUnwindSafe(|| {
            self.plan.run(state, |run| walk(run, &census, random))
        }));
        match ran {
            Ok(Ok(outcome)) => see_ending(&outcome),
            Ok(Err(_)) => see("a plan with problems"),
            Err(_) => census.report("a panic leaves a run".to_owned()),
        }
        census.ended(self.of.plan);
    }
}

fn see_ending(outcome: &Outcome) {
    see(match outcome.ending() {
        Ending::Finished => "a run that finished",
        Ending::Stopped(_) => "a run that was stopped",
        Ending::Interrupted(_) => "a run that was interrupted",
        Ending::Failed(_) => "a run that failed",
    });
    if !outcome.swallowed().is_empty() {
        see("a failure that was swallowed");
    }
    if !outcome.dropped().is_empty() {
        see("a call that was dropped");
    }
    if !outcome.skipped().is_empty() {
        see("a handler that was skipped");
    }
}

/// A run of its own, and what its callbacks have in common.
fn guarded(planned: Planned, state: State, random: &mut fastrand::Rng) -> Option<(Planned, State)> {
    let Planned { plan, of } = planned;
    let mut guard = plan.start(state).ok()?;
    drive(&mut guard, &of.census, random);
    match random.u8(..8) {
        0 => {
            see("a guard that was forgotten");
            of.census.forget(of.plan);
            forget(guard);
            return None;
        }
        1 => {
            see("a guard that was dropped");
            drop(guard);
        }
        2 => {
            see("a guard that was dropped by a panic");
            let panicked = catch_unwind(AssertUnwindSafe(|| {
                let _guard = guard;
                resume_unwind(Box::new("the engine panics"));
            }));
            let _: Result<(), _> = panicked;
        }
        _ => {
            let (plan, state, outcome) = guard.finish();
            see("a guard that was finished");
            see_ending(&outcome);
            of.census.ended(of.plan);
            return Some((Planned { plan, of }, state));
        }
    }
    of.census.ended(of.plan);
    None
}

/// An engine that begins, fires and ends as it likes.
fn drive(guard: &mut Guard<Walk>, census: &Census, random: &mut fastrand::Rng) {
    for step in 0..random.u64(..30) {
        guard.state().insert(step);
        // It does not look at what is answered, as some do not.
        match random.u8(..9) {
            0 => drop(guard.begin(Walk::RUN)),
            1..=2 => drop(guard.begin(Walk::STEP)),
            3..=4 => drop(guard.end()),
            5 => drop(guard.ask(Walk::on_ask)),
            6 => change(&mut guard.state(), census, random, 2),
            7 if random.u8(..20) == 0 => guard.fail("the engine failed"),
            _ => drop(guard.fire(Walk::on_force)),
        }
    }
}

/// Runs the program of a seed; returns what did not hold.
pub(crate) fn run(seed: u64) -> Vec<String> {
    let census = Census::default();
    count_nothings(&census);
    let ran = catch_unwind(AssertUnwindSafe(|| all_deeds(seed, &census)));
    if let Err(panic) = ran {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|it| (*it).to_owned()));
        census.report(format!("the program panicked: {text:?}"));
    }
    census.problems()
}

fn all_deeds(seed: u64, census: &Census) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut states: Vec<State> = (0..3).map(|_| State::new()).collect();
    let mut plans: Vec<Planned> = (0..3)
        .map(|_| Planned::with_some(census, &mut random))
        .collect();
    for state in &mut states {
        for of in 0..11_u8 {
            of_some_type!(of, insert(&mut state.ctx(), census));
        }
    }
    for _ in 0..random.u32(20..80) {
        let (state, plan) = (random.usize(..3), random.usize(..3));
        match random.u8(..24) {
            0..=4 => change(&mut states[state].ctx(), census, &mut random, 3),
            5 => touch_some(&mut states[state].ctx(), census, &mut random, 10),
            6..=11 => plans[plan].change(&mut random),
            12..=14 => plans[plan].attach(&mut random),
            15..=18 => plans[plan].run(&mut states[state], &mut random),
            19..=20 => {
                let of_guard =
                    std::mem::replace(&mut plans[plan], Planned::with_some(census, &mut random));
                let state_of_guard = std::mem::take(&mut states[state]);
                if let Some(left) = guarded(of_guard, state_of_guard, &mut random) {
                    (plans[plan], states[state]) = left;
                }
            }
            21 => states.swap(0, state),
            22 => drop(std::mem::take(&mut states[state])),
            _ => drop(plans[plan].plan.explain(&states[state])),
        }
    }
}
