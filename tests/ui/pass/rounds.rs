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
    attach(&mut Plan::<newton::Newton>::new());
    let mut plan = Plan::<annealing::Anneal>::new();
    attach(&mut plan);
    plan.check(&State::new()).expect("the record is declared once");
    attach(&mut Plan::<Fit>::new());
    attach(&mut Plan::<Driver>::new());
}
