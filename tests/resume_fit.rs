//! A fit that is cut wherever it can be saved, in the middle of an epoch too, and continued in another process, is the fit that was never
//! cut (P10): the same breakpoints with the same records, the same parameters to the bit, the same ending.

mod support {
    pub(crate) mod momentum;
    pub(crate) mod saves;
}

use callbacks::fit::SkipStep;
use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::schedule::{Cosine, Exponential};
use callbacks::shelf::{EarlyStopping, RateSchedule, ReduceOnPlateau, StopAfter};
use callbacks::weight;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use support::momentum::{Momentum, Numbers};
use support::saves::{Done, Saves, assert_cuts_leave_no_trace, text_of};

type With<'a> = &'a dyn Fn(Trainer<Momentum>) -> Trainer<Momentum>;

/// The batches of an epoch, in an order of its own.
fn shuffled(epoch: u64) -> Vec<Numbers> {
    let mut numbers: Vec<f64> = (1..=5).map(f64::from).collect();
    numbers.rotate_left(usize::try_from(epoch % 5).unwrap());
    let pairs = numbers.chunks(2);
    pairs.map(|pair| Numbers(pair.to_vec())).collect()
}

fn fit(attach: With<'_>, from: Option<SavedRun>) -> Done {
    let saves = Saves::default();
    let trainer = Trainer::new(Momentum::new()).epochs(4).learning_rate(0.01);
    let mut trainer = attach(trainer).plan_with(|plan| {
        plan.add(saves.callback()).weight(weight::LAST);
        if let Some(saved) = from {
            plan.restore(saved);
        }
    });
    let fitted = trainer.fit(shuffled).unwrap();
    let history: Vec<_> = fitted
        .history
        .iter()
        .map(|(epoch, record)| format!("{epoch}: {}", text_of(record)))
        .collect();
    let stopped = fitted.outcome.stopped().map(Stop::to_string);
    let ending = stopped.unwrap_or_else(|| support::saves::ending_of(&fitted.outcome));
    let end = format!("{ending}\n{history:?}\n{:?}", fitted.learner.bits());
    let counts = (trainer.get::<Epoch>(), trainer.get::<Step>());
    Done {
        end: format!("{end} {counts:?}"),
        lines: saves.lines(),
        runs: saves.runs(),
    }
}

fn cut_everywhere(what: &str, attach: With<'_>) {
    assert_cuts_leave_no_trace(what, &|saved| fit(attach, saved));
}

fn valid() -> Vec<Numbers> {
    vec![Numbers(vec![-1.0]), Numbers(vec![-2.0, -3.0])]
}

#[test]
fn a_fit_with_and_without_validation() {
    cut_everywhere("training alone", &|trainer| trainer);
    cut_everywhere("with validation", &|trainer| trainer.valid(valid()));
}

#[test]
fn a_fit_that_accumulates_gradients() {
    for batches in [2, 3] {
        cut_everywhere("groups", &|trainer| {
            trainer.valid(valid()).accumulate(batches)
        });
        cut_everywhere("whole groups", &|trainer| {
            trainer.accumulate(batches).drop_last_group()
        });
    }
}

#[test]
fn schedules_of_the_rate() {
    cut_everywhere("per step", &|trainer| {
        trainer.callback(RateSchedule::per_step(Cosine::new()))
    });
    cut_everywhere("per epoch", &|trainer| {
        trainer.callback(RateSchedule::per_epoch(Exponential::new(0.5)))
    });
    cut_everywhere("plateau", &|trainer| {
        let plateau = ReduceOnPlateau::minimize("valid_loss")
            .patience(0)
            .factor(0.5);
        trainer.valid(valid()).callback(plateau)
    });
}

#[test]
fn periods_of_every_unit() {
    for period in [
        Period::steps(4),
        Period::epochs(2),
        Period::samples(7),
        Period::micro_steps(5),
    ] {
        cut_everywhere("a period", &|trainer| {
            let seen = |record: &mut Record, step: &Step| record.set("seen", step.as_f64());
            trainer
                .accumulate(2)
                .every(period.clone().last(), Fit::on_train_batch_end, seen)
        });
    }
}

#[test]
fn stops_of_every_kind() {
    cut_everywhere("early stopping", &|trainer| {
        trainer.valid(valid()).callback(
            EarlyStopping::minimize("valid_loss")
                .patience(0)
                .min_delta(5.0),
        )
    });
    cut_everywhere("after steps", &|trainer| {
        trainer.callback(StopAfter::steps(5))
    });
    cut_everywhere("refused", &|trainer| {
        let stop = |epoch: &Epoch| {
            if epoch.get() >= 2 {
                Flow::stop("two")
            } else {
                Flow::Continue
            }
        };
        trainer.min_epochs(3).on(Fit::on_epoch_end, stop)
    });
    cut_everywhere("in validation", &|trainer| {
        let stop = |epoch: &Epoch| {
            if epoch.get() >= 2 {
                Flow::stop("two")
            } else {
                Flow::Continue
            }
        };
        trainer.valid(valid()).on(Fit::on_valid_batch_end, stop)
    });
}

#[test]
fn leaves_and_skips() {
    cut_everywhere("a batch is left", &|trainer| {
        let leave = |at: &Iteration| {
            if at.get() == 2 {
                Flow::leave(Fit::TRAIN_BATCH)
            } else {
                Flow::Continue
            }
        };
        trainer.on(Fit::on_train_batch_after_loss, leave)
    });
    cut_everywhere("a pass is left", &|trainer| {
        let leave = |at: &Iteration| {
            if at.get() == 2 {
                Flow::leave(Fit::TRAIN)
            } else {
                Flow::Continue
            }
        };
        trainer.valid(valid()).on(Fit::on_train_batch_end, leave)
    });
    cut_everywhere("an epoch is left", &|trainer| {
        let leave = |epoch: &Epoch| {
            if epoch.get() == 2 {
                Flow::leave(Fit::EPOCH)
            } else {
                Flow::Continue
            }
        };
        trainer.valid(valid()).on(Fit::on_train_batch_end, leave)
    });
    cut_everywhere("a step is skipped", &|trainer| {
        let skip = |at: &Iteration, skip: &mut SkipStep| {
            if at.get() == 1 {
                skip.skip();
            }
        };
        trainer.on(Fit::on_train_batch_before_step, skip)
    });
}

/// Batches whose random numbers go on from one pass to the next.
struct Draws {
    seed: u64,
}

impl callbacks::fit::Batches<Numbers> for Draws {
    fn batches(
        &mut self,
        _: u64,
    ) -> Box<dyn Iterator<Item = Result<Numbers, callbacks::BoxError>> + '_> {
        Box::new((0..3).map(|_| {
            self.seed = self.seed * 5 % 97;
            Ok(Numbers(vec![f64::from(u32::try_from(self.seed).unwrap())]))
        }))
    }

    fn persist_fields(&mut self, fields: &mut callbacks::persist::Fields<'_>) {
        fields.field("seed", &mut self.seed);
    }
}

/// Batches that count how often they are asked for what they remember.
struct Asked(Arc<AtomicUsize>);

impl callbacks::fit::Batches<Numbers> for Asked {
    fn batches(
        &mut self,
        epoch: u64,
    ) -> Box<dyn Iterator<Item = Result<Numbers, callbacks::BoxError>> + '_> {
        Box::new(shuffled(epoch).into_iter().map(Ok))
    }

    fn persist_fields(&mut self, _: &mut callbacks::persist::Fields<'_>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn sources_are_not_saved_in_a_run_that_nothing_saves() {
    let asked = |with_saves: bool| {
        let (count, saves) = (Arc::default(), Saves::default());
        let mut trainer = Trainer::new(Momentum::new()).epochs(3);
        if with_saves {
            trainer = trainer.plan_with(|plan| {
                plan.add(saves.callback());
            });
        }
        let fitted = trainer.fit(Asked(Arc::clone(&count))).unwrap();
        assert!(fitted.outcome.is_finished());
        count.load(Ordering::Relaxed)
    };
    assert_eq!(asked(false), 0);
    assert!(asked(true) >= 3);
}

#[test]
fn sources_with_random_numbers_of_their_own() {
    let fit = |from: Option<SavedRun>| {
        let saves = Saves::default();
        let mut trainer = Trainer::new(Momentum::new())
            .epochs(3)
            .valid(Draws { seed: 7 })
            .plan_with(|plan| {
                plan.add(saves.callback());
                if let Some(saved) = from {
                    plan.restore(saved);
                }
            });
        let fitted = trainer.fit(Draws { seed: 3 }).unwrap();
        let ending = support::saves::ending_of(&fitted.outcome);
        let end = format!("{ending} {:?}", fitted.learner.bits());
        assert!(fitted.outcome.is_finished(), "{end}");
        Done {
            end,
            lines: saves.lines(),
            runs: saves.runs(),
        }
    };
    assert_cuts_leave_no_trace("draws", &fit);
}

#[test]
fn an_interrupt_at_a_batch_end_continues_at_the_next_batch() {
    let whole = fit(&|trainer| trainer, None);
    for at_step in 1..12 {
        let interrupted = fit(
            &|trainer| {
                let interrupt = move |step: &Step| {
                    if step.get() == at_step {
                        Flow::interrupt("Ctrl-C")
                    } else {
                        Flow::Continue
                    }
                };
                trainer.on(Fit::on_train_batch_end, interrupt)
            },
            None,
        );
        assert!(
            interrupted.end.contains("interrupted"),
            "{}",
            interrupted.end
        );
        let (_, last) = interrupted.runs.last().unwrap();
        assert!(last.contains("\"interrupted\""), "{last}");
        let rest = fit(
            &|trainer| trainer,
            Some(serde_json::from_str(last).unwrap()),
        );
        assert_eq!(rest.end, whole.end, "step {at_step}");
        assert_eq!(
            rest.lines,
            whole.lines[whole.lines.len() - rest.lines.len()..]
        );
    }
}

#[test]
fn a_finished_fit_continues_when_it_gets_more_epochs() {
    let epochs = |epochs: u64| move |trainer: Trainer<Momentum>| trainer.epochs(epochs);
    let (short, long) = (fit(&epochs(2), None), fit(&epochs(5), None));
    let (_, last) = short.runs.last().unwrap();
    let saved = || Some(serde_json::from_str(last).unwrap());
    assert_eq!(fit(&epochs(2), saved()).end, short.end);
    assert_eq!(fit(&epochs(5), saved()).end, long.end);
}

#[test]
fn a_stopped_fit_goes_on_past_its_stop_by_choice() {
    let stop = |trainer: Trainer<Momentum>| {
        let stop = |epoch: &Epoch| {
            if epoch.get() == 2 {
                Flow::stop("two")
            } else {
                Flow::Continue
            }
        };
        trainer.on(Fit::on_epoch_end, stop)
    };
    let stopped = fit(&stop, None);
    let (_, last) = stopped.runs.last().unwrap();
    let saved: SavedRun = serde_json::from_str(last).unwrap();
    assert!(
        saved
            .ending()
            .unwrap()
            .to_string()
            .ends_with("at on_epoch_end: two")
    );
    assert_eq!(
        fit(&stop, Some(saved.clone())).end.lines().next(),
        stopped.end.lines().next()
    );
    let whole = fit(&|trainer| trainer, None);
    assert_eq!(fit(&stop, Some(saved.past_stop())).end, whole.end);
}

#[test]
fn too_few_batches_are_refused() {
    let whole = fit(&|trainer| trainer, None);
    let saved: SavedRun = serde_json::from_str(&whole.runs[1].1).unwrap();
    let mut trainer = Trainer::new(Momentum::new()).epochs(4).plan_with(|plan| {
        plan.restore(saved);
    });
    let outcome = trainer.fit(|_: u64| Vec::<Numbers>::new()).unwrap().outcome;
    let failed = outcome.failed().unwrap().to_string();
    assert!(
        failed.contains("has made 1 batches of this pass, and the data has 0"),
        "{failed}"
    );
}
