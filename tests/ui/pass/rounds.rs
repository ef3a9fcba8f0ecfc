//! A callback for every loop with rounds: in a loop of one's own, with parameters, and beside a generic type.

use callbacks::prelude::*;
use std::fmt::Debug;
use std::marker::PhantomData;

mod newton {
    use callbacks::fit::Step;

    callbacks::breakpoints! {
        pub loop Newton with Step as steps {
            scope STEP counts Step {
                before_step;
                on_retry polls;
                on_force with f64 measures polls;
                after_step completes Step;
            }
        }
    }
}

mod annealing {
    use callbacks::Record;
    use callbacks::fit::Epoch;

    callbacks::breakpoints! {
        // The record may be named with the other state.
        pub loop Anneal with Epoch as epochs, Record {
            scope SWEEP counts Epoch {
                before_sweep;
                after_sweep completes Epoch;
            }
        }
    }
}

struct Plain;

#[callback(Rounds, register = false, weight = 3)]
impl Plain {
    fn on_enter(&self, _: &Record) {}
    fn on_round_end(&self, record: &Record) -> Flow {
        if record.is_empty() {
            return Flow::stop("nothing is recorded");
        }
        Flow::Continue
    }
    fn on_exit(&self) {}
}

/// Several handlers at places that every loop has, one of them with a period.
struct Watch(u64);

#[callback(Rounds, register = false)]
impl Watch {
    fn on_scope_begin(&mut self, at: &Breakpoint) {
        println!("{at}");
    }
    #[every(steps = self.0, seconds = 1)]
    fn on_poll(&mut self, step: Option<&Step>) -> Result<Flow, String> {
        step.map(|_| Flow::Continue).ok_or_else(|| "there are no steps".into())
    }
    fn on_round_end(&mut self) {}
}

struct InBackground;

#[callback(Rounds, register = false, background)]
impl InBackground {
    #[on(scope_begin, scope_end, poll)]
    fn print(&mut self, record: &Record) -> Result<(), std::fmt::Error> {
        println!("{record}");
        Ok(())
    }
}

struct Generic<T>(PhantomData<T>);

#[callback(callbacks::Rounds, register = false)]
impl<T: Debug + Send> Generic<T>
where
    T: Clone,
{
    #[on(round_end)]
    fn look(&self, record: Option<&Record>) {
        println!("{record:?}");
    }
}

fn attach<L: Rounds>(plan: &mut Plan<L>) {
    plan.add(Plain);
    plan.add(Generic::<u8>(PhantomData));
}

fn main() {
    let mut plan = Plan::<newton::Newton>::new();
    plan.add(Watch(2));
    plan.add(InBackground);
    attach(&mut plan);
    let mut plan = Plan::<annealing::Anneal>::new();
    attach(&mut plan);
    plan.check(&State::new()).expect("the record is declared once");
    attach(&mut Plan::<Fit>::new());
    attach(&mut Plan::<Driver>::new());
}
