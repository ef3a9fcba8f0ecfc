//! The fit loop fires luz's breakpoints, in luz's order, and says at each of them where it stands.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
}

use callbacks::fit::{
    Epoch, Fit, Iteration, Loss, OptimizerName, OwnStep, Phase, SampleCount, Step,
};
use callbacks::fit::{Evaluated, Predicted, Trainer};
use callbacks::{Attach, Breakpoint, Callback, Handlers, ProblemKind};
use support::journal::Journal;
use support::line::{Line, Output, inputs};
use support::tracer::Tracer;

/// One epoch, two training batches, one validation batch, one optimiser: the 26 calls of luz, and two of `on_update_end`. Where, in which phase, and the
/// numbers of iteration, epoch, step and samples.
const TABLE: [(&str, Phase, [u64; 4]); 28] = [
    ("on_fit_begin", Phase::Between, [0, 0, 0, 0]),
    ("on_epoch_begin", Phase::Between, [0, 1, 0, 0]),
    ("on_train_begin", Phase::Train, [0, 1, 0, 0]),
    ("on_train_batch_begin", Phase::Train, [1, 1, 0, 2]),
    ("on_train_batch_after_pred", Phase::Train, [1, 1, 0, 2]),
    ("on_train_batch_after_loss", Phase::Train, [1, 1, 0, 2]),
    ("on_train_batch_before_backward", Phase::Train, [1, 1, 0, 2]),
    ("on_train_batch_before_step", Phase::Train, [1, 1, 0, 2]),
    ("on_train_batch_after_step", Phase::Train, [1, 1, 1, 2]),
    ("on_update_end", Phase::Train, [1, 1, 1, 2]),
    ("on_train_batch_end", Phase::Train, [1, 1, 1, 2]),
    ("on_train_batch_begin", Phase::Train, [2, 1, 1, 4]),
    ("on_train_batch_after_pred", Phase::Train, [2, 1, 1, 4]),
    ("on_train_batch_after_loss", Phase::Train, [2, 1, 1, 4]),
    ("on_train_batch_before_backward", Phase::Train, [2, 1, 1, 4]),
    ("on_train_batch_before_step", Phase::Train, [2, 1, 1, 4]),
    ("on_train_batch_after_step", Phase::Train, [2, 1, 2, 4]),
    ("on_update_end", Phase::Train, [2, 1, 2, 4]),
    ("on_train_batch_end", Phase::Train, [2, 1, 2, 4]),
    ("on_train_end", Phase::Train, [2, 1, 2, 4]),
    ("on_valid_begin", Phase::Valid, [0, 1, 2, 4]),
    ("on_valid_batch_begin", Phase::Valid, [1, 1, 2, 4]),
    ("on_valid_batch_after_pred", Phase::Valid, [1, 1, 2, 4]),
    ("on_valid_batch_after_loss", Phase::Valid, [1, 1, 2, 4]),
    ("on_valid_batch_end", Phase::Valid, [1, 1, 2, 4]),
    ("on_valid_end", Phase::Valid, [1, 1, 2, 4]),
    ("on_epoch_end", Phase::Between, [0, 1, 2, 4]),
    ("on_fit_end", Phase::Between, [0, 1, 2, 4]),
];

/// Notes where it is, and what the loop says of its position there.
struct Surveyor(Journal);

impl Surveyor {
    fn note(
        &mut self,
        at: &Breakpoint,
        phase: &Phase,
        iteration: &Iteration,
        epoch: &Epoch,
        step: &Step,
        samples: &SampleCount,
    ) {
        let counts = [iteration.get(), epoch.get(), step.get(), samples.get()];
        self.0.note(line(at.name(), *phase, counts));
    }
}

impl Callback<Fit> for Surveyor {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on_all(Self::note);
    }
}

fn line(at: &str, phase: Phase, counts: [u64; 4]) -> String {
    format!("{at}: {phase} {counts:?}")
}

/// A trainer of a line, whose learner and callbacks write into one journal.
fn traced(prepare: impl FnOnce(&mut Line)) -> (Trainer<Line>, Journal) {
    let journal = Journal::default();
    let mut learner = Line::new(&journal);
    prepare(&mut learner);
    let trainer = Trainer::new(learner).plan_with(|plan| {
        plan.add_local(Tracer(journal.clone()));
    });
    (trainer, journal)
}

/// The breakpoints among the lines.
fn breakpoints(lines: Vec<String>) -> Vec<String> {
    lines
        .into_iter()
        .filter(|line| line.starts_with("on_"))
        .collect()
}

fn table_names(of: impl Fn(&str) -> bool) -> Vec<&'static str> {
    TABLE
        .iter()
        .map(|(name, ..)| *name)
        .filter(|name| of(name))
        .collect()
}

#[test]
fn a_fit_makes_the_26_calls_of_luz_in_luz_s_order() {
    let (trainer, journal) = traced(|_| {});
    let mut trainer = trainer.valid(inputs([5.0]));
    assert!(
        trainer
            .fit(inputs([2.0, 3.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    let mut calls = breakpoints(journal.take());
    assert_eq!(calls, table_names(|_| true));
    // It is the only breakpoint that luz does not have.
    calls.retain(|name| name != "on_update_end");
    assert_eq!(calls.len(), 26);
}

#[test]
fn every_breakpoint_has_the_right_phase_iteration_epoch_step_and_samples() {
    let journal = Journal::default();
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .valid(inputs([5.0]))
        .plan_with(|plan| {
            plan.add_local(Surveyor(journal.clone()));
        });
    let _ = trainer.fit(inputs([2.0, 3.0])).unwrap();
    let expected = TABLE.map(|(at, phase, counts)| line(at, phase, counts));
    assert_eq!(journal.take(), expected);
}

#[test]
fn positions_go_on_into_the_second_epoch() {
    let journal = Journal::default();
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .epochs(2)
        .valid(inputs([5.0]))
        .plan_with(|plan| {
            plan.add_local(Surveyor(journal.clone()));
        });
    let _ = trainer.fit(inputs([2.0, 3.0])).unwrap();
    let second: Vec<String> = TABLE[1..27]
        .iter()
        .map(|(at, phase, [iteration, epoch, step, samples])| {
            line(at, *phase, [*iteration, epoch + 1, step + 2, samples + 4])
        })
        .collect();
    assert_eq!(journal.take()[27..53], second);
}

#[test]
fn evaluations_and_predictions_have_their_phase_and_iteration_too() {
    let journal = Journal::default();
    let mut trainer = Trainer::new(Line::new(&Journal::default())).plan_with(|plan| {
        plan.add_local(Surveyor(journal.clone()));
    });
    let _ = trainer.evaluate(inputs([1.0, 2.0])).unwrap();
    let ends = |name: &'static str, phase, count| line(name, phase, [count, 0, 0, 0]);
    let lines = journal.take();
    assert_eq!(lines[0], ends("on_valid_begin", Phase::Valid, 0));
    assert_eq!(lines[8], ends("on_valid_batch_end", Phase::Valid, 2));
    assert_eq!(lines[9], ends("on_valid_end", Phase::Valid, 2));
    let _ = trainer.predict(inputs([1.0, 2.0])).unwrap();
    let lines = journal.take();
    assert_eq!(lines[0], ends("on_predict_begin", Phase::Predict, 0));
    assert_eq!(lines[4], ends("on_predict_batch_end", Phase::Predict, 2));
    assert_eq!(lines[5], ends("on_predict_end", Phase::Predict, 2));
}

#[test]
fn the_learner_works_between_the_breakpoints_that_say_so() {
    let (mut trainer, journal) = traced(|_| {});
    let _ = trainer.fit(inputs([2.0])).unwrap();
    let batch = [
        "on_train_batch_begin",
        "forward 2 in train",
        "on_train_batch_after_pred",
        "loss of 2",
        "on_train_batch_after_loss",
        "on_train_batch_before_backward",
        "backward for main",
        "on_train_batch_before_step",
        "step of main by 0.01 along 2",
        "on_train_batch_after_step",
        "on_update_end",
        "on_train_batch_end",
    ];
    assert_eq!(journal.take()[3..15], batch);
}

#[test]
fn with_several_optimisers_the_inner_five_fire_once_for_each_and_the_batch_once() {
    for optimizers in [&["a"][..], &["a", "b"], &["a", "b", "c"]] {
        let journal = Journal::default();
        let mut learner = Line::new(&Journal::default());
        learner.optimizers = optimizers;
        let note = journal.clone();
        let mut trainer = Trainer::new(learner)
            .plan_with(|plan| {
                plan.add_local(Tracer(journal.clone()));
            })
            .on(
                Fit::on_train_batch_after_step,
                move |name: &OptimizerName, step: &Step| {
                    note.note(format!("{name} in step {step}"));
                },
            );
        let _ = trainer.fit(inputs([2.0])).unwrap();
        let mut expected = vec!["on_train_batch_begin".to_owned()];
        for name in optimizers {
            let inner = table_names(|name| name.contains("train_batch_"));
            expected.extend(inner[1..6].iter().map(ToString::to_string));
            expected.push(format!("{name} in step 1"));
        }
        expected.extend(["on_update_end".to_owned(), "on_train_batch_end".to_owned()]);
        let lines = journal.take();
        assert_eq!(lines[3..lines.len() - 3], expected);
    }
}

#[test]
fn without_validation_data_no_validation_breakpoint_fires() {
    let (mut trainer, journal) = traced(|_| {});
    let _ = trainer.fit(inputs([2.0, 3.0])).unwrap();
    assert_eq!(
        breakpoints(journal.take()),
        table_names(|name| !name.contains("valid"))
    );
}

#[test]
fn an_evaluation_is_the_validation_pass_alone() {
    let (mut trainer, journal) = traced(|_| {});
    let Evaluated { record, outcome } = trainer.evaluate(inputs([5.0])).unwrap();
    assert!(outcome.is_finished());
    assert_eq!(
        breakpoints(journal.take()),
        table_names(|name| name.contains("valid"))
    );
    assert_eq!(record.to_string(), "valid_loss 5");
}

#[test]
fn a_prediction_is_a_pass_of_its_own_and_gives_a_prediction_for_each_batch() {
    let (mut trainer, journal) = traced(|_| {});
    let Predicted {
        predictions,
        outcome,
    } = trainer.predict(inputs([2.0, 3.0])).unwrap();
    assert!(outcome.is_finished());
    assert_eq!(predictions, [Output(2.0), Output(3.0)]);
    let expected = [
        "on_predict_begin",
        "on_predict_batch_begin",
        "forward 2 in predict",
        "on_predict_batch_end",
        "on_predict_batch_begin",
        "forward 3 in predict",
        "on_predict_batch_end",
        "on_predict_end",
    ];
    assert_eq!(journal.take(), expected);
}

#[test]
fn with_an_own_step_the_inner_breakpoints_are_silent_and_the_plan_says_so() {
    let (trainer, journal) = traced(|line| line.own_step = Some(OwnStep::new(|_| Ok(()))));
    let mut trainer = trainer.valid(inputs([5.0]));
    assert!(
        trainer
            .fit(inputs([2.0, 3.0]))
            .unwrap()
            .outcome
            .is_finished()
    );
    let outer = table_names(|name| !name.contains("after_") && !name.contains("before_"));
    assert_eq!(journal.take(), outer);
    let mut silent: Vec<_> = trainer
        .plan()
        .notes()
        .iter()
        .filter_map(callbacks::Problem::breakpoint)
        .collect();
    silent.retain(|name| !name.contains("predict"));
    silent.sort_unstable();
    let mut inner = table_names(|name| name.contains("after_") || name.contains("before_"));
    inner.sort_unstable();
    inner.dedup();
    assert_eq!(silent, inner);
}

/// A step that leaves a loss behind.
fn step_with_loss() -> OwnStep {
    OwnStep::new(|mut ctx| {
        ctx.insert(Loss::from(0.5));
        Ok(())
    })
}

#[test]
fn an_own_step_that_says_it_provides_the_loss_has_one_at_the_batch_end() {
    let own = step_with_loss().provides(|states| {
        states.between::<Loss>(Fit::on_train_batch_end, Fit::on_train_batch_end);
    });
    let (trainer, journal) = traced(|line| line.own_step = Some(own));
    let note = journal.clone();
    let mut trainer = trainer.on(Fit::on_train_batch_end, move |loss: &Loss| {
        note.note(format!("the loss is {loss}"));
    });
    let fitted = trainer.fit(inputs([2.0])).unwrap();
    assert!(fitted.outcome.is_finished());
    assert_eq!(
        fitted.history.of("train_loss").collect::<Vec<_>>(),
        [(Epoch::new(1), 0.5)]
    );
    assert_eq!(journal.take()[6], "the loss is 0.5");
}

#[test]
fn an_own_step_without_declarations_provides_no_loss_and_the_plan_reports_a_handler_that_asks() {
    let (trainer, _) = traced(|line| line.own_step = Some(OwnStep::new(|_| Ok(()))));
    let mut trainer = trainer.on(Fit::on_train_batch_end, |_: &Loss| {});
    let error = trainer.fit(inputs([2.0])).unwrap_err();
    let kinds: Vec<_> = error
        .problems()
        .iter()
        .map(callbacks::Problem::kind)
        .collect();
    assert!(
        matches!(kinds[..], [ProblemKind::Missing | ProblemKind::NotHere]),
        "{error}"
    );
}
