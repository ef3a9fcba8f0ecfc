//! Data without a batch, groups that are never complete and learning rates that cannot be: problems of the plan, or remarks in the outcome.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::OwnStep;
use callbacks::prelude::*;
use callbacks::{ProblemKind, Remark};
use support::journal::Journal;
use support::line::{Input, Line, inputs};

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default())).epochs(3)
}

/// The only problem of a plan.
fn problem(error: &PlanError) -> String {
    let [problem] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(problem.kind(), ProblemKind::Setting);
    assert!(problem.location().to_string().contains("fit_inputs.rs:"));
    problem.to_string()
}

#[test]
fn data_that_is_known_to_have_no_batch_is_a_problem_of_the_plan() {
    let error = trainer().fit(vec![]).unwrap_err();
    let text = problem(&error);
    assert!(text.ends_with("the training data has no batch; give it at least one"));
    let error = trainer().evaluate(vec![]).unwrap_err();
    assert!(problem(&error).contains("the data of the evaluation has no batch"));
    let error = trainer().valid(vec![]).check().unwrap_err();
    let text = problem(&error);
    assert!(
        text.ends_with(
            "the validation data has no batch; give `.valid(…)` at least one, or leave it out"
        ),
        "{text}"
    );
    // A prediction of nothing is no mistake, and neither is validation data that an evaluation does not use.
    let mut trainer = trainer().valid(vec![]);
    assert!(trainer.predict(vec![]).unwrap().predictions.is_empty());
    let evaluated = trainer.evaluate(inputs([1.0])).unwrap();
    assert!(evaluated.outcome.remarks().is_empty());
}

#[test]
fn groups_that_are_never_complete_are_a_problem_of_the_plan() {
    let fit = |batches| {
        let mut trainer = trainer().accumulate(4).drop_last_group();
        trainer.fit(vec![Input(1.0); batches]).map(|fitted| {
            assert!(fitted.outcome.is_finished());
        })
    };
    let text = problem(&fit(3).unwrap_err());
    assert!(
        text.ends_with(
            "the training pass has fewer than the 4 batches of `accumulate(4)`, and `drop_last_group` drops them, so that nothing \
             is updated; accumulate over fewer batches, or leave `drop_last_group` out"
        ),
        "{text}"
    );
    assert!(fit(4).is_ok());
}

#[test]
fn a_learning_rate_that_cannot_be_is_a_problem_of_the_plan() {
    for rate in [-1.0, f64::NAN, f64::INFINITY] {
        let expected =
            format!("a learning rate of {rate}; give one that is finite and not negative");
        let mut own_step = trainer().learning_rate(rate);
        own_step.learner().own_step = Some(OwnStep::new(|_| Ok(())));
        let mut trainers = [
            trainer().learning_rate(rate),
            trainer().learning_rate_of("main", rate),
            own_step,
        ];
        for trainer in &mut trainers {
            let text = problem(&trainer.check().unwrap_err());
            assert!(text.ends_with(&expected), "{text}");
        }
        let error = Fit::session(1).learning_rate(rate).start().unwrap_err();
        let text = problem(&error);
        assert!(text.ends_with(&expected), "{text}");
    }
    assert!(trainer().learning_rate(0.0).check().is_ok());
}

/// The texts of the remarks, and how often the loop made them.
fn remarks(outcome: &Outcome) -> Vec<(&str, u64)> {
    assert!(outcome.failed().is_none(), "{outcome}");
    let remarks = outcome.remarks().iter();
    remarks
        .map(|remark| (remark.text(), remark.times()))
        .collect()
}

#[test]
fn the_outcome_tells_of_passes_without_a_batch() {
    let none = |_: u64| Vec::<Input>::new();
    let mut trainer = trainer().valid(none);
    let outcome = trainer.fit(none).unwrap().outcome;
    assert_eq!(
        outcome.to_string(),
        "finished (2 remarks)\n  \
         the training pass had no batch (3 times)\n  \
         the validation pass had no batch (3 times)"
    );
    let outcome = trainer.evaluate(none).unwrap().outcome;
    assert_eq!(remarks(&outcome), [("the validation pass had no batch", 1)]);
    let outcome = trainer.predict(none).unwrap().outcome;
    assert_eq!(remarks(&outcome), []);
}

#[test]
fn a_pass_that_is_left_or_stopped_has_no_remark() {
    for flow in [
        || Flow::leave(Fit::TRAIN),
        || Flow::leave(Fit::TRAIN_BATCH),
        || Flow::stop("enough"),
    ] {
        for at in [Fit::on_train_begin, Fit::on_train_batch_begin] {
            if at.breakpoint() == Fit::on_train_begin.breakpoint()
                && flow() == Flow::leave(Fit::TRAIN_BATCH)
            {
                continue;
            }
            let mut trainer = trainer().on(at, flow);
            let outcome = trainer.fit(inputs([1.0, 2.0])).unwrap().outcome;
            assert_eq!(remarks(&outcome), [], "{at:?}");
        }
    }
}

#[test]
fn the_outcome_tells_of_a_pass_without_an_update() {
    let few = |epoch: u64| vec![Input(1.0); if epoch == 2 { 4 } else { 3 }];
    let mut trainer = trainer().accumulate(4).drop_last_group();
    let outcome = trainer.fit(few).unwrap().outcome;
    let [remark] = outcome.remarks() else {
        panic!("{outcome}");
    };
    assert_eq!(Remark::times(remark), 2);
    assert!(remark.text().ends_with("so that nothing is updated"));
}

#[test]
fn the_outcome_of_a_session_tells_of_passes_without_a_batch() {
    let fit = Fit::session(2).start().unwrap();
    for epoch in fit.epochs() {
        for _ in fit.train(0..epoch - 1) {
            fit.loss(1.0);
        }
        assert_eq!(fit.valid(0..0).count(), 0);
    }
    let outcome = fit.finish();
    assert_eq!(
        remarks(&outcome),
        [
            ("the training pass had no batch", 1),
            ("the validation pass had no batch", 2)
        ]
    );
}
