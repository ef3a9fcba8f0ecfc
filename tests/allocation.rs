//! Firing costs no allocation: not with handlers, not without, not in a whole pass of training.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    reason = "handlers take and answer here whatever handlers can"
)]

mod support {
    pub(crate) mod relax;
}

mod growth {
    mod plans;
}

use callbacks::driver::{Driven, Driver, Samples, VariationalDriver, Verdict};
use callbacks::fit::{Fit, Learner, LearningRate, Loss, OptimizerName, Phase, Step, Trainer};
use callbacks::{
    Attach, BoxError, Breakpoint, Callback, Ctx, Flow, Handlers, Local, LocalMut, Plan, Record,
    Run, State,
};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use support::relax::{Relax, relax};

/// Counts what a thread allocates: tests run side by side.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
    static BYTES: Cell<usize> = const { Cell::new(0) };
}

fn allocations() -> u64 {
    ALLOCATIONS.with(Cell::get)
}

/// The sum of all that a thread allocated.
fn bytes() -> usize {
    BYTES.with(Cell::get)
}

fn count(bytes: usize) {
    ALLOCATIONS.with(|count| count.set(count.get() + 1));
    BYTES.with(|sum| sum.set(sum.get() + bytes));
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, address: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.saturating_sub(layout.size()));
        // SAFETY: handed on.
        unsafe { System.realloc(address, layout, size) }
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        // SAFETY: handed on.
        unsafe { System.dealloc(address, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn the_count_counts() {
    let before = allocations();
    drop(Box::new(1_u8));
    drop(vec![1_u8; 100]);
    assert_eq!(allocations() - before, 2);
}

/// What 10,000 steps allocate, after so many steps to warm up.
fn allocated(plan: &mut Plan<Relax>, state: &mut State, warm_up: usize) -> u64 {
    let mut allocated = 0;
    let steps = |run: &mut Run<'_, Relax>, count: usize| {
        (0..count).try_for_each(|_| {
            let step = run.scope(Relax::STEP, |run| run.fire(Relax::ON_FORCE));
            step.map(drop)
        })
    };
    let outcome = plan.run(&mut *state, |run| {
        run.scope(Relax::RUN, |run| {
            steps(run, warm_up)?;
            let before = allocations();
            steps(run, 10_000)?;
            allocated = allocations() - before;
            Ok(())
        })
        .map(drop)
    });
    let outcome = outcome.unwrap();
    assert!(outcome.is_finished(), "{outcome}");
    allocated
}

/// Handlers with no parameter to six, shared and exclusive, with every kind of answer.
struct Busy(u64);

impl Busy {
    fn none(&mut self) {
        self.0 += 1;
    }

    fn one(&self, _: &u8) -> Flow {
        Flow::Continue
    }

    fn two(&mut self, _: &u8, word: &mut u16) -> Result<(), BoxError> {
        *word = word.wrapping_add(1);
        Ok(())
    }

    fn three(&mut self, _: &u8, _: Option<&u16>, _: Option<&mut u32>) -> Result<Flow, String> {
        Ok(Flow::Continue)
    }

    fn four(&self, _: &u8, _: &u16, _: &mut u64, at: &Breakpoint) {
        assert_eq!(at.name(), "on_force");
    }

    fn five(&self, _: &u8, _: &u16, _: &u64, _: Local<'_, i8>, _: LocalMut<'_, i16>) {}

    fn six(&self, _: &u8, _: &u16, _: &u64, _: &i8, _: &mut i16, _: Option<&String>) -> Flow {
        Flow::default()
    }
}

impl Callback<Relax> for Busy {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on(Relax::ON_FORCE, Self::none);
        h.on(Relax::ON_FORCE, Self::one);
        h.on(Relax::ON_FORCE, Self::two);
        h.on(Relax::ON_FORCE, Self::three);
        h.on(Relax::ON_FORCE, Self::four);
        h.on(Relax::ON_FORCE, Self::five);
        h.on(Relax::ON_FORCE, Self::six);
        h.on(Relax::BEFORE_STEP, Self::two);
        h.on(Relax::AFTER_STEP, Self::three);
    }
}

/// The state that [`Busy`] asks for.
fn state() -> State {
    let mut state = State::new();
    state.insert(1_u8);
    state.insert(2_u16);
    state.insert(3_u64);
    state.insert(4_i8);
    state.insert(5_i16);
    state
}

#[test]
fn ten_thousand_firings_with_many_handlers_allocate_nothing() {
    let mut plan = Plan::new();
    plan.add(Busy(0));
    plan.add(Busy(0));
    plan.on(Relax::ON_FORCE, |word: &u16| assert!(*word > 0));
    assert_eq!(allocated(&mut plan, &mut state(), 2), 0);
    assert_eq!(plan.get::<Busy>().unwrap().0, 10_002);
}

#[test]
fn state_that_comes_and_goes_allocates_nothing() {
    let mut plan = Plan::new();
    plan.on(Relax::BEFORE_STEP, |mut ctx: Ctx<'_>| {
        let _ = ctx.insert([0.5_f64; 64]);
    });
    plan.on(Relax::ON_FORCE, |value: &mut [f64; 64]| value[0] += 1.0);
    plan.on(Relax::AFTER_STEP, |mut ctx: Ctx<'_>| {
        assert!(ctx.remove::<[f64; 64]>().is_ok_and(|value| value.is_some()));
    });
    plan.expect(|states| states.within::<[f64; 64]>(Relax::STEP));
    assert_eq!(allocated(&mut plan, &mut State::new(), 2), 0);
}

#[test]
fn breakpoints_without_handlers_allocate_nothing_from_the_first_on() {
    let mut plan = Plan::new();
    plan.on(Relax::RUN_END, || {});
    let mut state = State::new();
    let mut allocated = 0;
    let outcome = plan.run(&mut state, |run| {
        let before = allocations();
        for _ in 0..10_000 {
            run.fire(Relax::ON_FORCE)?;
        }
        allocated = allocations() - before;
        Ok(())
    });
    assert!(outcome.unwrap().is_finished());
    assert_eq!(allocated, 0);
}

#[test]
fn scopes_allocate_nothing_once_they_have_been_open() {
    assert_eq!(allocated(&mut Plan::new(), &mut State::new(), 1), 0);
}

#[test]
fn a_handler_that_is_skipped_every_time_allocates_nothing() {
    let mut plan = Plan::new();
    plan.expect(|states| states.within::<u8>(Relax::STEP));
    plan.on(Relax::ON_FORCE, |_: &u8| {});
    assert_eq!(allocated(&mut plan, &mut State::new(), 2), 0);
}

#[test]
fn leaving_a_scope_allocates_nothing() {
    let mut plan = Plan::new();
    plan.on(Relax::BEFORE_STEP, || Flow::leave(Relax::STEP));
    plan.on(Relax::ON_FORCE, |_: &u8| {});
    assert_eq!(allocated(&mut plan, &mut state(), 2), 0);
}

#[test]
fn idle_callbacks_make_no_firing_allocate() {
    let mut plan = Plan::new();
    plan.add(Busy(0));
    for _ in 0..100 {
        plan.on(Relax::RUN_END, || {});
    }
    assert_eq!(allocated(&mut plan, &mut state(), 2), 0);
}

/// A learner that allocates nothing.
struct Quiet(f64);

#[derive(Clone)]
struct Input(f64);
struct Output(f64);
struct Slope(f64);

impl Learner for Quiet {
    type Batch = Input;
    type Prediction = Output;
    type Gradients = Slope;

    fn samples(&self, _: &Input) -> u64 {
        1
    }

    fn forward(&mut self, batch: &Input, _: Phase) -> Result<Output, BoxError> {
        Ok(Output(self.0 * batch.0))
    }

    fn loss(&mut self, prediction: &Output, _: &Input) -> Result<Loss, BoxError> {
        Ok(Loss::from(prediction.0))
    }

    fn backward(&mut self, _: &Output, batch: &Input, _: OptimizerName) -> Result<Slope, BoxError> {
        Ok(Slope(batch.0))
    }

    fn step(&mut self, slope: Slope, rate: f64, _: OptimizerName) -> Result<(), BoxError> {
        self.0 -= rate * slope.0;
        Ok(())
    }
}

/// Handlers at every breakpoint of a batch.
struct Watch(u64);

impl Watch {
    fn look(
        &mut self,
        step: &Step,
        loss: Option<&Loss>,
        rate: &mut LearningRate,
        _: &Breakpoint,
    ) -> Flow {
        self.0 += step.get() + u64::from(loss.is_some());
        rate.set(rate.get() * 0.5);
        Flow::Continue
    }
}

impl Callback<Fit> for Watch {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on_all(Self::look);
    }
}

/// What each epoch of a fit of so many batches allocates, from its begin to its end.
fn allocated_by_epoch(batches: u32, valid: bool) -> Vec<u64> {
    let source = move |_: u64| (0..batches).map(|x| Input(f64::from(x)));
    let seen = Rc::new(RefCell::new(Vec::with_capacity(10)));
    let started = Rc::new(Cell::new(0));
    let (begin, end) = (started.clone(), seen.clone());
    let mut trainer = Trainer::new(Quiet(1.0)).epochs(5).callback(Watch(0));
    if valid {
        trainer = trainer.valid(source);
    }
    let mut trainer = trainer
        .on(Fit::on_epoch_begin, move || begin.set(allocations()))
        .on(Fit::on_epoch_end, move || {
            end.borrow_mut().push(allocations() - started.get());
        });
    assert!(trainer.fit(source).unwrap().outcome.is_finished());
    seen.take()
}

#[test]
fn a_pass_allocates_the_box_of_its_iterator_however_many_batches_it_has() {
    for batches in [1, 10, 1000] {
        assert_eq!(allocated_by_epoch(batches, false)[1..], [1; 4]);
        assert_eq!(allocated_by_epoch(batches, true)[1..], [2; 4]);
    }
}

#[test]
fn the_batches_of_a_pass_allocate_nothing_from_the_second_on() {
    let before = Rc::new(Cell::new(None));
    let mark = before.clone();
    let watch = move || {
        let now = allocations();
        if let Some(marked) = mark.replace(Some(now)) {
            assert_eq!(now, marked);
        }
    };
    let mut trainer = Trainer::new(Quiet(1.0))
        .callback(Watch(0))
        .on(Fit::on_train_batch_end, watch);
    let warm_up = move |_: u64| (0..100).map(|_| Input(1.0));
    let outcome = trainer.fit(warm_up).unwrap().outcome;
    assert!(outcome.is_finished(), "{outcome}");
}

#[test]
fn a_second_run_of_a_plan_allocates_no_more_than_a_hundred_times() {
    let mut plan = Plan::new();
    plan.add(Busy(0));
    let mut state = state();
    assert!(
        plan.run(&mut state, |run| relax(run, 1))
            .unwrap()
            .is_finished()
    );
    let before = allocations();
    assert!(
        plan.run(&mut state, |run| relax(run, 1000))
            .unwrap()
            .is_finished()
    );
    assert!(allocations() - before < 100);
}

/// Is driven, and logs a number.
struct Still;

#[derive(Debug)]
struct Turn(f64);

impl Driven for Still {
    type Samples = f32;
    type Update = Turn;

    fn sample(&mut self) -> Result<f32, BoxError> {
        Ok(0.5)
    }

    fn compute_loss_and_update(&mut self, at: &f32, record: &mut Record) -> Result<Turn, BoxError> {
        record.set("energy", f64::from(*at));
        Ok(Turn(0.5))
    }

    fn update_parameters(&mut self, _: &Turn) -> Result<(), BoxError> {
        Ok(())
    }
}

#[test]
fn the_steps_of_a_driver_allocate_nothing_from_the_second_on() {
    let steps = Rc::new(RefCell::new(Vec::with_capacity(1000)));
    let marks = steps.clone();
    let mut driver = VariationalDriver::new(Still)
        .on(Driver::on_step_start, |_: &Step, _: &mut Record| {})
        .on(Driver::on_compute_update_start, |_: &Samples<f32>| {})
        .on(Driver::on_compute_update_end, |_: &Turn| Verdict::Accept)
        .on(Driver::on_compute_update_end, || Verdict::Accept)
        .on(Driver::before_parameter_update, |turn: &mut Turn| {
            turn.0 = 0.0;
        })
        .on(Driver::on_step_end, move || {
            marks.borrow_mut().push(allocations());
        });
    assert!(driver.run(1000).unwrap().is_finished());
    let marks = steps.take();
    assert_eq!((marks.len(), marks[1]), (1000, marks[999]));
}
