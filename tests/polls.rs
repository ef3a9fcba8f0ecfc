//! The places that a callback for every loop has: where scopes begin and end, and where callbacks poll.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::MicroStep;
use callbacks::prelude::*;
use support::journal::Journal;
use support::line::{Line, inputs};

breakpoints! {
    /// A search in rounds, each of them with some cells, which can be made again.
    pub loop Search with Epoch as epochs, MicroStep as micro_steps {
        scope RUN {
            on_run_begin;
            scope ROUND counts Epoch {
                before_round;
                on_retry polls;
                scope CELL counts MicroStep {
                    before_cell;
                    after_cell;
                }
                after_round completes Epoch;
            }
            on_run_end;
        }
    }
}

/// The places at which a callback runs.
#[derive(Default)]
struct Places(Vec<String>);

#[callback(Rounds, register = false)]
impl Places {
    fn on_scope_begin(&mut self, at: &Breakpoint) {
        self.0.push(format!("begin {at}"));
    }

    fn on_scope_end(&mut self, at: &Breakpoint) {
        self.0.push(format!("end {at}"));
    }

    fn on_poll(&mut self, at: &Breakpoint) {
        self.0.push(format!("poll {at}"));
    }

    fn on_round_end(&mut self, record: &Record) {
        self.0.push(record.round().to_string());
    }
}

#[test]
fn a_callback_runs_where_scopes_begin_and_end_and_where_the_loop_polls() {
    let mut plan = Plan::<Search>::new();
    plan.add(Places::default());
    let outcome = plan.run(&mut State::new(), |run| {
        run.scope(Search::RUN, |run| {
            run.scope(Search::ROUND, |run| {
                run.fire(Search::on_retry)?;
                run.scope(Search::CELL, |_| Ok(()))
            })
        })
        .map(drop)
    });
    assert!(outcome.unwrap().is_finished());
    let expected = [
        "begin on_run_begin",
        "begin before_round",
        "poll on_retry",
        "begin before_cell",
        "end after_cell",
        "poll after_cell",
        // In the order of the block.
        "end after_round",
        "poll after_round",
        "epoch 1",
        "end on_run_end",
        "poll on_run_end",
    ];
    assert_eq!(plan.get::<Places>().unwrap().0, expected);
}

/// Stops at the place with this number.
struct StopAt(u64);

#[callback(Rounds, register = false)]
impl StopAt {
    fn on_poll(&mut self) -> Flow {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                Flow::Continue
            }
            None => Flow::stop("enough"),
        }
    }
}

#[test]
fn a_fit_polls_in_every_phase() {
    let mut places = Vec::new();
    for number in 0.. {
        let line = Line::new(&Journal::default());
        let mut trainer = Trainer::new(line).valid(inputs([2.0]));
        trainer.plan().add(StopAt(number));
        let outcome = trainer.fit(inputs([1.0])).unwrap().outcome;
        let Some(stop) = outcome.stopped() else {
            break;
        };
        places.extend(stop.origin().breakpoint().map(Breakpoint::name));
    }
    let expected = [
        "on_train_batch_end",
        "on_train_end",
        "on_valid_batch_end",
        "on_valid_end",
        "on_epoch_end",
    ];
    assert_eq!(places, expected);
}
