//! A training loop that asks a session for its epochs and batches runs the callbacks as a trainer does, whatever they do.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod action;
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::{
    Epoch, Fit, History, Iteration, Loss, MicroStep, OwnStep, Phase, Step, Total, Trainer,
};
use callbacks::{
    Attach, BoxError, Breakpoint, Callback, Flow, Handlers, Outcome, Plan, Record, Scope,
};
use support::action::Action;
use support::journal::Journal;
use support::line::{Input, Line, inputs};

/// The scopes that a handler leaves.
const SCOPES: [Scope<Fit>; 6] = [
    Fit::FIT,
    Fit::EPOCH,
    Fit::TRAIN,
    Fit::TRAIN_BATCH,
    Fit::VALID,
    Fit::VALID_BATCH,
];

/// Notes every call with the position of the loop, and acts at one of them.
struct Surveyor {
    journal: Journal,
    calls: usize,
    acts_at: usize,
    action: Action<Fit>,
}

impl Surveyor {
    #[expect(
        clippy::too_many_arguments,
        reason = "it asks for all that a loop counts"
    )]
    fn look(
        &mut self,
        at: &Breakpoint,
        phase: &Phase,
        epoch: &Epoch,
        step: &Step,
        micro_step: &MicroStep,
        iteration: &Iteration,
        total: &Total,
        loss: Option<&Loss>,
        record: &Record,
    ) -> Result<Flow, BoxError> {
        if at.name() == "on_update_end" {
            // A session leaves it to its loop.
            return Ok(Flow::Continue);
        }
        let counts = [epoch.get(), step.get(), micro_step.get(), iteration.get()];
        let (total, loss) = (total.get(), loss.map(Loss::value));
        self.journal.note(format!(
            "{at}: {phase} {counts:?} {total:?} {loss:?} {record}"
        ));
        self.calls += 1;
        if self.calls == self.acts_at {
            return self.action.act();
        }
        Ok(Flow::Continue)
    }
}

impl Callback<Fit> for Surveyor {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on_all(Self::look);
    }
}

/// What a run has shown: its calls, how it ended, and its epochs with their records.
#[derive(Debug, PartialEq)]
struct Trace {
    calls: Vec<String>,
    outcome: String,
    complete: Vec<(Epoch, String)>,
    cut_short: Vec<(Epoch, String)>,
}

impl Trace {
    fn of(journal: &Journal, outcome: &Outcome, history: &History) -> Self {
        let text = |(epoch, record): (Epoch, &Record)| (epoch, record.to_string());
        Self {
            calls: journal.take(),
            outcome: outcome.to_string(),
            complete: history.iter().map(text).collect(),
            cut_short: history.cut_short().map(text).collect(),
        }
    }
}

/// A surveyor that acts at one of its calls, and the journal that it writes into.
fn surveyor(acts_at: usize, action: Action<Fit>) -> (Surveyor, Journal) {
    let journal = Journal::default();
    let surveyor = Surveyor {
        journal: journal.clone(),
        calls: 0,
        acts_at,
        action,
    };
    (surveyor, journal)
}

/// Attaches the surveyor, at the same line for trainers and sessions.
fn attach(surveyor: Surveyor) -> impl FnOnce(&mut Plan<Fit>) {
    |plan| {
        plan.add_local(surveyor);
    }
}

/// Two epochs of a trainer, of two training batches and one for validation.
fn of_trainer(acts_at: usize, action: Action<Fit>) -> Trace {
    let (surveyor, journal) = surveyor(acts_at, action);
    let mut line = Line::new(&Journal::default());
    line.own_step = Some(
        OwnStep::new(|mut state| {
            let loss = state.get().map(|Input(x)| Loss::from(*x));
            state.insert(loss.ok_or("there is no batch")?);
            Ok(())
        })
        .provides(|states| {
            states.from::<Loss>(Fit::on_train_batch_end);
            states.from::<Loss>(Fit::on_valid_batch_end);
        }),
    );
    let mut trainer = Trainer::new(line)
        .epochs(2)
        .valid(inputs([5.0]))
        .plan_with(attach(surveyor));
    let fitted = trainer.fit(inputs([2.0, 3.0])).unwrap();
    Trace::of(&journal, &fitted.outcome, &fitted.history)
}

/// The same with a loop that exists already.
fn of_session(acts_at: usize, action: Action<Fit>) -> Trace {
    let (surveyor, journal) = surveyor(acts_at, action);
    let fit = Fit::session(2).plan_with(attach(surveyor)).start().unwrap();
    for _ in fit.epochs() {
        for batch in fit.train(vec![2.0, 3.0]) {
            fit.samples(2);
            fit.loss(batch);
        }
        for batch in fit.valid(vec![5.0]) {
            fit.samples(2);
            fit.loss(batch);
        }
    }
    let (_plan, state, outcome) = fit.into_parts();
    Trace::of(&journal, &outcome, state.get().unwrap())
}

#[test]
fn a_session_runs_its_callbacks_as_a_trainer_does_whatever_they_do_and_where() {
    let calls = of_trainer(0, Action::Stop).calls.len();
    assert!(calls > 25);
    for acts_at in 0..=calls {
        for action in Action::all(SCOPES) {
            let (expected, trace) = (of_trainer(acts_at, action), of_session(acts_at, action));
            assert_eq!(trace, expected, "{action:?} at call {acts_at}");
        }
    }
}
