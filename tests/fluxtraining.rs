//! What FluxTraining.jl does, each test named after a row of the comparison with it.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::{Fit, Loss, Phase, Trainer};
use callbacks::shelf::{PhaseCounts, Recorder};
use callbacks::{
    Attach, Break, Breakpoint, Flow, Local, Outcome, Plan, PlanError, ProblemKind, State, Stop,
    breakpoints, callback,
};
use support::journal::Journal;
use support::line::{Line, Output, Slope, inputs};

/// Two batches to train on and one to validate on, and the journal that handlers write into.
fn trainer() -> (Trainer<Line>, Journal) {
    let journal = Journal::default();
    let trainer = Trainer::new(Line::new(&Journal::default()))
        .state(journal.clone())
        .valid(inputs([3.0]));
    (trainer, journal)
}

fn fit(trainer: &mut Trainer<Line>) -> Outcome {
    trainer.fit(inputs([1.0, 2.0])).unwrap().outcome
}

fn predict(trainer: &mut Trainer<Line>) -> Outcome {
    trainer.predict(inputs([4.0])).unwrap().outcome
}

/// One event for every phase, one for a phase alone, and one that is narrower than the other.
#[derive(Default)]
struct Events;

#[callback(register = false)]
impl Events {
    fn on_batch_end(&self, phase: &Phase, journal: Local<'_, Journal>) {
        journal.note(format!("batch of {phase}"));
    }

    #[on(phase_end, phase = valid)]
    fn validated(&self, phase: &Phase, journal: Local<'_, Journal>) {
        journal.note(format!("end of {phase}"));
    }

    fn on_predict_batch_end(&self, journal: Local<'_, Journal>) {
        journal.note("prediction");
    }
}

#[test]
fn on_event_and_phase() {
    let (mut trainer, journal) = trainer();
    trainer.plan().add(Events);
    fit(&mut trainer).ok().unwrap();
    predict(&mut trainer).ok().unwrap();
    let expected = [
        "batch of train",
        "batch of train",
        "batch of valid",
        "end of valid",
        "prediction",
    ];
    assert_eq!(journal.take(), expected);
}

breakpoints! {
    /// A game with phases and events of its own.
    loop Game {
        scope ROUND {
            on_round_begin;
            phase ATTACK {
                on_attack_begin;
                on_attack_move;
                on_attack_end;
            }
            phase DEFENCE {
                on_defence_begin;
                on_defence_move;
                on_defence_end;
            }
            on_round_end;
        }
    }
}

struct Referee;

#[callback(Game, register = false)]
impl Referee {
    fn on_phase_begin(&self, at: &Breakpoint, journal: Local<'_, Journal>) {
        journal.note(at.name());
    }

    fn on_move(&self, at: &Breakpoint, journal: Local<'_, Journal>) -> Flow {
        journal.note(at.name());
        match at.name() {
            "on_attack_move" => Flow::leave(Game::ATTACK),
            _ => Flow::leave(Game::ROUND),
        }
    }

    fn on_phase_end(&self, at: &Breakpoint, journal: Local<'_, Journal>) {
        journal.note(at.name());
    }
}

#[test]
fn custom_phases_events_and_loops() {
    let journal = Journal::default();
    let mut state = State::new();
    state.insert(journal.clone());
    let mut plan = Plan::new();
    plan.add(Referee);
    let outcome = plan.run(&mut state, |run| {
        run.scope(Game::ROUND, |run| {
            run.scope(Game::ATTACK, |run| run.fire(Game::on_attack_move))?;
            run.scope(Game::DEFENCE, |run| run.fire(Game::on_defence_move))?;
            Err::<(), _>(Break::from("nobody gets here"))
        })?;
        Ok(())
    });
    assert!(outcome.unwrap().is_finished());
    let expected = [
        "on_attack_begin",
        "on_attack_move",
        "on_attack_end",
        "on_defence_begin",
        "on_defence_move",
        "on_defence_end",
    ];
    assert_eq!(journal.take(), expected);
}

#[test]
fn step_state_is_visible_when_it_exists_and_may_be_replaced_at_its_event() {
    let (mut trainer, journal) = trainer();
    trainer
        .plan()
        .on(Fit::on_train_batch_after_pred, |made: &mut Output| {
            made.0 = 8.0;
        });
    trainer.plan().on(
        Fit::on_train_batch_before_step,
        |slope: &mut Slope, loss: &Loss, journal: Local<'_, Journal>| {
            slope.0 = 0.0;
            journal.note(format!("loss {}", loss.value()));
        },
    );
    fit(&mut trainer).ok().unwrap();
    assert_eq!(journal.take(), ["loss 8", "loss 8"]);
    assert!((trainer.learner().weight - 1.0).abs() < f64::EPSILON);

    trainer
        .plan()
        .on(Fit::on_train_batch_begin, |_: &Loss| {})
        .named("hasty");
    let error = refused(&mut trainer);
    let [hasty] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(
        (hasty.kind(), hasty.callback()),
        (ProblemKind::NotHere, "hasty")
    );
}

fn refused(trainer: &mut Trainer<Line>) -> PlanError {
    trainer.check().unwrap_err()
}

// That a reader cannot change anything inside of what it reads, the compiler says: `tests/ui/fail/types/reader-changes.rs`.
#[test]
fn stateaccess_is_the_signature() {
    let (mut trainer, _) = trainer();
    let scale = |loss: &Loss, slope: &mut Slope, _: Option<&PhaseCounts>| slope.0 *= loss.value();
    trainer.plan().on(Fit::on_train_batch_before_step, scale);
    let explanation = trainer.explain().unwrap();
    let [row] = explanation.rows(Fit::on_train_batch_before_step) else {
        panic!("{explanation}");
    };
    assert_eq!(row.reads(), ["Loss", "PhaseCounts?"]);
    assert_eq!(row.writes(), ["Slope"]);
}

#[test]
fn cbstate_that_no_callback_creates_is_reported_before_the_run_with_its_providers() {
    let (mut trainer, _) = trainer();
    trainer
        .plan()
        .on(Fit::on_epoch_end, |_: &PhaseCounts| {})
        .named("reader");
    let error = refused(&mut trainer);
    let [missing] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(
        (missing.kind(), missing.state()),
        (ProblemKind::Missing, Some("PhaseCounts"))
    );
    let text = missing.to_string();
    assert!(
        text.contains("`Recorder` (src/shelf/recorder.rs:"),
        "{text}"
    );
    assert!(
        text.contains("is registered and provides it: attach it"),
        "{text}"
    );

    trainer.plan().add(Recorder);
    assert!(trainer.check().is_ok());
}

#[test]
fn cbstate_created_twice_is_reported_before_the_run() {
    let (mut trainer, _) = trainer();
    trainer.plan().add(Recorder);
    trainer.plan().add(Recorder);
    let error = refused(&mut trainer);
    assert_eq!(error.problems()[0].kind(), ProblemKind::TwoProviders);
}

/// Uses the record as soon as it is entered.
struct Hasty;

#[callback(register = false)]
impl Hasty {
    fn on_enter(&self, _: &PhaseCounts) {}
}

#[test]
fn cbstate_used_before_its_creation_is_reported_before_the_run() {
    let (mut trainer, _) = trainer();
    trainer.plan().add(Hasty).weight(f64::NEG_INFINITY);
    trainer.plan().add(Recorder);
    let error = refused(&mut trainer);
    let [early] = error.problems() else {
        panic!("{error}");
    };
    assert_eq!(
        (early.kind(), early.callback(), early.breakpoint()),
        (ProblemKind::NotHere, "Hasty", Some("on_enter"))
    );
    assert_eq!(early.state(), Some("PhaseCounts"));

    trainer.plan().order("Recorder", "Hasty");
    assert!(trainer.check().is_ok());
}

/// Answers a flow at the first batch, and notes the begins and ends.
struct Cancel(Flow);

#[callback(register = false)]
impl Cancel {
    fn on_train_batch_after_loss(&self, journal: Local<'_, Journal>) -> Flow {
        journal.note("loss");
        self.0.clone()
    }

    fn on_train_batch_before_step(&self, journal: Local<'_, Journal>) {
        journal.note("step");
    }

    #[on(batch_end, train_end, valid_begin, valid_end, epoch_end, fit_end)]
    fn note(&self, at: &Breakpoint, journal: Local<'_, Journal>) {
        journal.note(at.name());
    }
}

/// What happens from the first loss on, after which `flow` is answered, and how the fit ends.
fn cancelled(flow: Flow) -> (Vec<String>, Outcome) {
    let (mut trainer, journal) = trainer();
    trainer.plan().add(Cancel(flow));
    let outcome = fit(&mut trainer);
    (journal.take(), outcome)
}

#[test]
fn cancel_step_skips_the_rest_of_the_step() {
    let (noted, outcome) = cancelled(Flow::leave(Fit::TRAIN_BATCH));
    assert!(outcome.is_finished());
    let batch = ["loss", "on_train_batch_end"];
    let rest = [
        "on_train_end",
        "on_valid_begin",
        "on_valid_batch_end",
        "on_valid_end",
        "on_epoch_end",
        "on_fit_end",
    ];
    assert_eq!(noted, [&batch[..], &batch, &rest].concat());
}

#[test]
fn cancel_epoch_ends_the_pass_and_the_next_phase_runs() {
    let (noted, outcome) = cancelled(Flow::leave(Fit::TRAIN));
    assert!(outcome.is_finished());
    let expected = [
        "loss",
        "on_train_batch_end",
        "on_train_end",
        "on_valid_begin",
        "on_valid_batch_end",
        "on_valid_end",
        "on_epoch_end",
        "on_fit_end",
    ];
    assert_eq!(noted, expected);
}

#[test]
fn leaving_the_whole_epoch_skips_its_validation() {
    let (noted, outcome) = cancelled(Flow::leave(Fit::EPOCH));
    assert!(outcome.is_finished());
    let expected = [
        "loss",
        "on_train_batch_end",
        "on_train_end",
        "on_epoch_end",
        "on_fit_end",
    ];
    assert_eq!(noted, expected);
}

#[test]
fn cancel_fitting_returns_normally_and_every_end_fires() {
    let (noted, outcome) = cancelled(Flow::stop("enough"));
    assert_eq!(outcome.stopped().map(Stop::reason), Some("enough"));
    let expected = [
        "loss",
        "on_train_batch_end",
        "on_train_end",
        "on_epoch_end",
        "on_fit_end",
    ];
    assert_eq!(noted, expected);
}

#[test]
fn callbacks_are_added_removed_replaced_and_got_between_runs() {
    let (mut trainer, journal) = trainer();
    trainer.plan().add(Cancel(Flow::stop("enough")));
    assert!(fit(&mut trainer).stopped().is_some());
    let old = trainer.plan().replace(Cancel(Flow::Continue));
    assert_eq!(old.map(|old| old.0), Some(Flow::stop("enough")));
    assert!(fit(&mut trainer).is_finished());
    assert!(
        trainer
            .plan()
            .get::<Cancel>()
            .is_some_and(|one| one.0 == Flow::Continue)
    );
    assert!(trainer.plan().remove_named("Cancel"));
    journal.take();
    assert!(fit(&mut trainer).is_finished());
    assert!(journal.take().is_empty());
}
