//! The runtime without the macro: impls, closures and wrappers that a person writes.
#![allow(
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod relax;
}

use callbacks::fit::{Epoch, Fit, Trainer};
use callbacks::{
    Attach, Breakpoint, Callback, CallbackInfo, Flow, Handlers, Local, LocalMut, Location, Loop,
    Plan, State,
};
use std::cell::Cell;
use std::rc::Rc;
use support::journal::Journal;
use support::line::{Line, inputs};
use support::relax::{Relax, relax};

/// Runs so many steps with a state of these.
fn run(plan: &mut Plan<Relax>, state: &mut State, steps: usize) {
    let outcome = plan.run(&mut *state, |run| relax(run, steps)).unwrap();
    assert!(outcome.is_finished(), "{outcome}");
}

/// Handlers with `&self` and `&mut self`, and with no parameter at all.
#[derive(Default)]
struct Counter {
    steps: u32,
    total: u32,
}

impl Counter {
    fn count(&mut self) {
        self.steps += 1;
    }

    fn give(&self, total: &mut u32) {
        *total += self.steps;
    }

    fn take(&mut self, total: &u32) {
        self.total = *total;
    }
}

impl Callback<Relax> for Counter {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::AFTER_STEP, Self::count);
        h.on(Relax::RUN_END, Self::give);
        h.on(Relax::RUN_END, Self::take);
    }
}

#[test]
fn handlers_take_their_callback_shared_or_exclusively_and_keep_what_they_changed() {
    let mut state = State::new();
    state.insert(100_u32);
    let mut plan = Plan::new();
    plan.add(Counter::default());
    run(&mut plan, &mut state, 3);
    assert_eq!(state.get(), Some(&103_u32));
    let counter = plan.get::<Counter>().unwrap();
    assert_eq!((counter.steps, counter.total), (3, 103));
}

#[test]
fn handlers_of_one_callback_at_one_breakpoint_run_as_they_are_written() {
    let mut state = State::new();
    state.insert(1_u32);
    let mut plan = Plan::new();
    plan.add(Counter { steps: 5, total: 0 });
    run(&mut plan, &mut state, 0);
    assert_eq!(plan.get::<Counter>().unwrap().total, 6);
}

/// Counts every breakpoint of any loop.
#[derive(Default)]
struct Census(u64);

impl Census {
    fn add_one(&mut self) {
        self.0 += 1;
    }
}

impl<L: Loop> Callback<L> for Census {
    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_all(Self::add_one);
    }
}

#[test]
fn one_callback_serves_every_loop_there_is() {
    let mut plan = Plan::<Relax>::new();
    plan.add(Census::default());
    run(&mut plan, &mut State::new(), 4);
    assert_eq!(plan.get::<Census>().unwrap().0, 2 + 4 * 3);
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .valid(inputs([1.0]))
        .callback(Census::default());
    let _ = trainer.fit(inputs([1.0, 2.0])).unwrap();
    assert_eq!(trainer.plan().get::<Census>().unwrap().0, 28);
}

/// Runs where its field says.
struct Chosen(bool);

impl Chosen {
    fn note(&self, at: &Breakpoint, journal: Local<'_, Journal>) {
        journal.note(at.name());
    }
}

impl Callback<Relax> for Chosen {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        let at = if self.0 {
            Relax::BEFORE_STEP
        } else {
            Relax::AFTER_STEP
        };
        h.on(at, Self::note);
    }
}

#[test]
fn an_instance_chooses_where_it_runs_and_may_choose_again() {
    let mut state = State::new();
    state.insert(Journal::default());
    let mut plan = Plan::new();
    plan.add(Chosen(true));
    run(&mut plan, &mut state, 1);
    plan.get_mut::<Chosen>().unwrap().0 = false;
    run(&mut plan, &mut state, 1);
    assert_eq!(
        state.get::<Journal>().unwrap().take(),
        ["before_step", "after_step"]
    );
}

#[test]
fn closures_keep_what_they_capture_and_return_what_handlers_return() {
    let mut state = State::new();
    state.insert(0_u32);
    let mut plan = Plan::<Relax>::new();
    let mut own = 0;
    plan.on(Relax::ON_FORCE, move |total: &mut u32| {
        own += 1;
        *total += own;
    });
    plan.on(Relax::ON_FORCE, || Flow::Continue);
    plan.on(Relax::ON_FORCE, || Ok::<_, std::fmt::Error>(()));
    plan.on(Relax::ON_FORCE, |total: &u32| {
        let _: u8 = total.to_string().parse()?;
        Flow::go_on()
    });
    run(&mut plan, &mut state, 3);
    assert_eq!(state.get(), Some(&6_u32));
}

fn double(total: &mut u32) {
    *total *= 2;
}

#[test]
fn a_plain_function_is_a_handler_like_a_closure() {
    let mut state = State::new();
    state.insert(1_u32);
    let mut plan = Plan::<Relax>::new();
    plan.on(Relax::ON_FORCE, double);
    run(&mut plan, &mut state, 3);
    assert_eq!(state.get(), Some(&8_u32));
}

/// One of many types of state.
struct Part<const N: usize>(usize);

/// Handlers of twelve parameters, of every kind.
struct Wide;

impl Wide {
    #[expect(
        clippy::too_many_arguments,
        clippy::many_single_char_names,
        reason = "as many as a handler may have"
    )]
    fn sum(
        &mut self,
        a: &Part<0>,
        b: &mut Part<1>,
        c: Option<&Part<2>>,
        d: Option<&mut Part<3>>,
        e: Local<'_, Part<4>>,
        mut f: LocalMut<'_, Part<5>>,
        g: Option<Local<'_, Part<6>>>,
        h: Option<LocalMut<'_, Part<7>>>,
        i: &Part<8>,
        j: &Part<9>,
        k: &Breakpoint,
        l: &mut usize,
    ) {
        assert_eq!(k.name(), "on_force");
        assert!(h.is_none());
        f.0 += 1;
        b.0 += 1;
        *l = a.0 + b.0 + c.unwrap().0 + d.unwrap().0 + e.0 + f.0 + g.unwrap().0 + i.0 + j.0;
    }
}

impl Callback<Relax> for Wide {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::ON_FORCE, Self::sum);
    }
}

#[test]
fn a_handler_has_up_to_twelve_parameters_of_every_kind() {
    let mut state = State::new();
    state.insert(Part::<0>(1));
    state.insert(Part::<1>(2));
    state.insert(Part::<2>(4));
    state.insert(Part::<3>(8));
    state.insert(Part::<4>(16));
    state.insert(Part::<5>(32));
    state.insert(Part::<6>(64));
    state.insert(Part::<8>(128));
    state.insert(Part::<9>(256));
    state.insert(0_usize);
    let mut plan = Plan::new();
    plan.add(Wide);
    run(&mut plan, &mut state, 1);
    assert_eq!(state.get(), Some(&513_usize));
    run(&mut plan, &mut state, 1);
    assert_eq!(state.get(), Some(&515_usize));
}

/// Runs what it wraps under another name, and says so at the end.
struct Wrapped<C> {
    before: u8,
    inner: C,
}

impl<C: 'static> Wrapped<C> {
    fn sign(&self, journal: Local<'_, Journal>) {
        journal.note(format!("wrapped {}", self.before));
    }
}

impl<C: Callback<Relax>> Callback<Relax> for Wrapped<C> {
    fn info(&self) -> CallbackInfo {
        self.inner.info().name("wrapped").weight(-1.0)
    }

    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.forward(&self.inner, |this| &mut this.inner);
        h.on(Relax::RUN_END, Self::sign);
    }
}

#[test]
fn a_wrapper_forwards_to_what_it_wraps_and_has_handlers_of_its_own() {
    let mut state = State::new();
    state.insert(Journal::default());
    state.insert(0_u32);
    let mut plan = Plan::new();
    plan.add(Chosen(true));
    plan.add(Wrapped {
        before: 7,
        inner: Wrapped {
            before: 8,
            inner: Counter::default(),
        },
    });
    run(&mut plan, &mut state, 2);
    assert_eq!(plan.names(), ["wrapped", "Chosen"]);
    assert_eq!(state.get(), Some(&2_u32));
    let lines = state.get::<Journal>().unwrap().take();
    assert_eq!(
        lines,
        ["before_step", "before_step", "wrapped 8", "wrapped 7"]
    );
    let wrapped = plan.get::<Wrapped<Wrapped<Counter>>>().unwrap();
    assert_eq!((wrapped.inner.inner.steps, wrapped.before), (2, 7));
}

#[test]
fn the_loop_of_luz_runs_handlers_written_by_hand() {
    struct Last(Option<Epoch>);
    impl Last {
        fn keep(&mut self, epoch: &Epoch) {
            self.0 = Some(*epoch);
        }
    }
    impl Callback<Fit> for Last {
        fn info(&self) -> CallbackInfo {
            CallbackInfo::new("Last", Location::here()).weight(f64::INFINITY)
        }

        fn handlers(&self, h: &mut Handlers<Fit, Self>) {
            h.on(Fit::on_epoch_end, Self::keep);
        }
    }
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(3)
        .callback(Last(None));
    let _ = trainer.fit(inputs([1.0])).unwrap();
    assert_eq!(trainer.plan().get::<Last>().unwrap().0, Some(Epoch::new(3)));
}

/// Counts how often it is dropped.
struct Counted(Rc<Cell<u32>>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() + 1);
    }
}

impl Callback<Relax> for Counted {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        let _of_its_own = Rc::clone(&self.0);
        h.on(Relax::ON_FORCE, |_: &mut Self| {});
    }
}

#[test]
fn a_plan_drops_each_callback_and_each_closure_once_and_only_when_it_is_dropped() {
    let drops = Rc::new(Cell::new(0));
    let mut plan = Plan::new();
    for _ in 0..3 {
        plan.add_local(Counted(drops.clone()));
        let captured = Counted(drops.clone());
        plan.on(Relax::ON_FORCE, move || assert!(captured.0.get() == 0));
        run(&mut plan, &mut State::new(), 2);
    }
    assert_eq!(drops.get(), 0);
    drop(plan);
    assert_eq!(drops.get(), 6);
}

#[test]
fn a_plan_without_callbacks_runs() {
    run(&mut Plan::new(), &mut State::new(), 3);
}
