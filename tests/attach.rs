//! `Attach`: each loop with a plan attaches callbacks in the same way.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::prelude::*;
use callbacks::{At, Executor, Job};
use std::cell::Cell;
use std::rc::Rc;
use support::journal::Journal;
use support::line::{Line, inputs};
use support::walk::{Walk, walk};

/// Found by `discover` in both loops.
#[derive(Default)]
struct Found;

#[callback(Fit, Driver)]
impl Found {
    #[on(epoch_end, step_end)]
    fn on_round(&self) {}
}

/// Stays on its thread.
struct Local(Rc<Cell<u32>>);

#[callback(Fit, Driver, register = false)]
impl Local {
    #[on(epoch_end, step_end)]
    fn on_round(&self) {
        self.0.set(self.0.get() + 1);
    }
}

struct Sent;

#[callback(Fit, Driver, register = false)]
impl Sent {
    #[on(epoch_end, step_end)]
    fn on_round(&self) {}
}

struct OneByOne;

impl Executor for OneByOne {
    fn run(&self, jobs: &mut [Job<'_>], here: &mut dyn FnMut()) {
        jobs.iter_mut().for_each(Job::run);
        here();
    }
}

/// A loop that has a plan, a round that ends, and a state with a number.
trait Subject: Attach {
    const ROUND_END: At<Self::Loop>;

    fn new() -> Self;

    fn problems(&mut self) -> Vec<String>;

    fn explained(&mut self) -> String;

    /// Runs one round.
    fn run_once(&mut self);

    fn names(&mut self) -> Vec<String> {
        self.problems();
        let names = self.plan().names();
        names.into_iter().map(str::to_owned).collect()
    }
}

fn problems_of(checked: Result<(), PlanError>) -> Vec<String> {
    let error = checked.err();
    let problems = error.iter().flat_map(PlanError::problems);
    problems.map(ToString::to_string).collect()
}

impl Subject for Trainer<Line> {
    const ROUND_END: At<Fit> = Fit::on_epoch_end;

    fn new() -> Self {
        Self::new(Line::new(&Journal::default())).state(0_u8)
    }

    fn problems(&mut self) -> Vec<String> {
        problems_of(self.check())
    }

    fn explained(&mut self) -> String {
        self.explain().unwrap().to_string()
    }

    fn run_once(&mut self) {
        assert!(self.fit(inputs([1.0])).unwrap().outcome.is_finished());
    }
}

impl Subject for VariationalDriver<Walk> {
    const ROUND_END: At<Driver> = Driver::on_step_end;

    fn new() -> Self {
        walk().state(0_u8)
    }

    fn problems(&mut self) -> Vec<String> {
        problems_of(self.check())
    }

    fn explained(&mut self) -> String {
        self.explain().unwrap().to_string()
    }

    fn run_once(&mut self) {
        assert!(self.run(1).unwrap().is_finished());
    }
}

/// The same promises, of a fit and of a driver.
macro_rules! of_both_loops {
    ($($promise:ident)*) => {
        mod of_a_fit {
            $(#[test] fn $promise() { super::$promise::<super::Trainer<super::Line>>(); })*
        }
        mod of_a_driver {
            $(#[test] fn $promise() { super::$promise::<super::VariationalDriver<super::Walk>>(); })*
        }
    };
}

of_both_loops! {
    callbacks_and_closures_are_attached_in_the_order_of_the_calls
    a_problem_names_the_line_that_attached_the_callback
    the_plan_is_changed_between_other_calls
    a_local_callback_runs
    an_attachment_gets_a_name_a_weight_and_an_order
    registered_callbacks_are_discovered_and_filtered
    a_declared_order_decides
    a_conflict_is_a_problem_if_strict_unless_declared_none
    an_executor_runs_the_handlers
}

fn callbacks_and_closures_are_attached_in_the_order_of_the_calls<T: Subject>()
where
    Sent: Callback<T::Loop>,
{
    let mut subject = T::new().on(T::ROUND_END, || {}).callback(Sent);
    assert_eq!(subject.names(), ["closure", "Sent"]);
}

fn a_problem_names_the_line_that_attached_the_callback<T: Subject>() {
    let line = line!() + 1;
    let mut subject = T::new().on(T::ROUND_END, |_: &String| {});
    let problems = subject.problems();
    let place = format!("{}:{line}", file!());
    assert!(
        matches!(&problems[..], [one] if one.contains(&place)),
        "{problems:#?} at {place}"
    );
}

fn the_plan_is_changed_between_other_calls<T: Subject>()
where
    Sent: Callback<T::Loop>,
{
    let mut subject = T::new()
        .on(T::ROUND_END, || {})
        .plan_with(|plan| {
            plan.on(T::ROUND_END, || {}).named("between");
        })
        .callback(Sent);
    assert_eq!(subject.names(), ["closure", "between", "Sent"]);
}

fn a_local_callback_runs<T: Subject>()
where
    Local: Callback<T::Loop>,
{
    let rounds = Rc::new(Cell::new(0));
    let mut subject = T::new().plan_with(|plan| {
        plan.add_local(Local(rounds.clone()));
    });
    subject.run_once();
    assert_eq!(rounds.get(), 1);
}

fn an_attachment_gets_a_name_a_weight_and_an_order<T: Subject>()
where
    Sent: Callback<T::Loop>,
{
    let mut subject = T::new().plan_with(|plan| {
        plan.add(Sent).named("heavy").weight(3.0);
        plan.add(Sent).named("first");
        plan.on(T::ROUND_END, || {}).named("last").after("heavy");
    });
    assert_eq!(subject.names(), ["first", "heavy", "last"]);
}

fn registered_callbacks_are_discovered_and_filtered<T: Subject>() {
    let mut all = T::new().plan_with(|plan| {
        plan.discover();
    });
    assert_eq!(all.names(), ["Found"]);
    let mut others = T::new().plan_with(|plan| {
        plan.discover_if(|registered| registered.name() != "Found");
    });
    assert!(others.names().is_empty());
}

fn a_declared_order_decides<T: Subject>()
where
    Sent: Callback<T::Loop>,
{
    let mut subject = T::new()
        .callback(Sent)
        .on(T::ROUND_END, || {})
        .plan_with(|plan| {
            plan.order("closure", "Sent");
        });
    assert_eq!(subject.names(), ["closure", "Sent"]);
}

fn a_conflict_is_a_problem_if_strict_unless_declared_none<T: Subject>() {
    let writers = || {
        T::new()
            .on(T::ROUND_END, |count: &mut u8| *count += 1)
            .on(T::ROUND_END, |count: &mut u8| *count += 2)
    };
    assert!(writers().problems().is_empty());
    let mut strict = writers().plan_with(|plan| {
        plan.strict(true);
    });
    assert_eq!(strict.problems().len(), 1);
    let mut declared = writers().plan_with(|plan| {
        plan.strict(true).no_conflict("closure", "closure#2");
    });
    assert!(declared.problems().is_empty());
}

fn an_executor_runs_the_handlers<T: Subject>()
where
    Sent: Callback<T::Loop>,
{
    let mut subject = T::new().callback(Sent).callback(Sent).plan_with(|plan| {
        plan.executor(OneByOne);
    });
    let explained = subject.explained();
    assert!(explained.contains("parallel, group 1"), "{explained}");
    subject.run_once();
}
