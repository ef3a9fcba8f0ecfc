//! What FluxTraining.jl has on its shelf, each test named after a row of the comparison with it.
#![allow(
    clippy::needless_pass_by_value,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::{Epoch, Fit, Phase, Trainer};
use callbacks::shelf::{PhaseCounts, Recorder};
use callbacks::{
    Attach, Callback, CallbackInfo, CallbackRef, Flow, Handlers, Local, Loop, Outcome, Period,
    Record, callback,
};
use support::journal::Journal;
use support::line::{Line, inputs};

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

/// Notes what is recorded, and of which phase.
struct Reader;

#[callback(register = false)]
impl Reader {
    #[on(batch_end, phase_end)]
    fn note(&self, phase: &Phase, record: &PhaseCounts, journal: Local<'_, Journal>) {
        let counts = record.of(*phase);
        journal.note(format!(
            "{phase}: {} epochs, {} steps, {} of the epoch",
            counts.epochs, counts.iterations, counts.iterations_of_epoch
        ));
    }
}

#[test]
fn recorder_counts_epochs_and_steps_of_each_phase() {
    let (mut trainer, journal) = trainer();
    trainer.plan().add(Reader);
    trainer.plan().add(Recorder);
    fit(&mut trainer).ok().unwrap();
    predict(&mut trainer).ok().unwrap();
    let first = [
        "train: 0 epochs, 1 steps, 1 of the epoch",
        "train: 0 epochs, 2 steps, 2 of the epoch",
        "train: 1 epochs, 2 steps, 2 of the epoch",
        "valid: 0 epochs, 1 steps, 1 of the epoch",
        "valid: 1 epochs, 1 steps, 1 of the epoch",
        "predict: 0 epochs, 1 steps, 1 of the epoch",
        "predict: 1 epochs, 1 steps, 1 of the epoch",
    ];
    assert_eq!(journal.take(), first);

    // The next fit goes on with it.
    fit(&mut trainer).ok().unwrap();
    let next = [
        "train: 1 epochs, 3 steps, 1 of the epoch",
        "train: 1 epochs, 4 steps, 2 of the epoch",
        "train: 2 epochs, 4 steps, 2 of the epoch",
        "valid: 1 epochs, 2 steps, 1 of the epoch",
        "valid: 2 epochs, 2 steps, 1 of the epoch",
    ];
    assert_eq!(journal.take(), next);
}

#[test]
fn recorder_counts_what_was_left_and_not_what_failed() {
    let (mut trainer, _) = trainer();
    trainer.plan().add(Recorder);
    trainer
        .plan()
        .on(Fit::on_train_batch_begin, || Flow::leave(Fit::EPOCH));
    fit(&mut trainer).ok().unwrap();
    let train = |trainer: &Trainer<Line>| {
        let counts = trainer.get::<PhaseCounts>().unwrap().of(Phase::Train);
        (counts.epochs.get(), counts.iterations.get())
    };
    assert_eq!(train(&trainer), (1, 1));
    trainer
        .plan()
        .on(Fit::on_train_batch_begin, || Err::<(), _>("broken"));
    assert!(fit(&mut trainer).failed().is_some());
    assert_eq!(train(&trainer), (1, 1));
}

#[test]
fn custom_callback_is_a_closure_at_an_event() {
    let (trainer, journal) = trainer();
    let mut trainer = trainer.learning_rate(0.5).on(
        Fit::on_epoch_end,
        |epoch: &Epoch, record: &Record, journal: Local<'_, Journal>| {
            journal.note(format!("{epoch}: {record:.1}"));
        },
    );
    fit(&mut trainer).ok().unwrap();
    assert_eq!(journal.take(), ["1: train_loss 1.0  valid_loss -1.5"]);
}

/// Runs whatever it wraps, as a throttle would.
struct Wrapper<C>(C);

impl<L: Loop, C: Callback<L>> Callback<L> for Wrapper<C> {
    fn info(&self) -> CallbackInfo {
        self.0.info().group::<C>()
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.forward(&self.0, |wrapper| &mut wrapper.0);
    }
}

/// Runs after what is named `first`, every two epochs and in every batch.
struct Second;

impl Second {
    fn note(&self, journal: Local<'_, Journal>) {
        journal.note("second");
    }

    fn note_batch(&self, journal: Local<'_, Journal>) {
        journal.note("batch");
    }
}

impl Callback<Fit> for Second {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().name("second").after("first")
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_epoch_end, Self::note).every(Period::epochs(2));
        h.on(Fit::on_train_batch_end, Self::note_batch);
    }
}

#[test]
fn throttle_keeps_the_edges_and_the_name_of_what_it_wraps() {
    let (trainer, journal) = trainer();
    let mut trainer = trainer.epochs(6);
    let plan = trainer.plan();
    let says = |name: &'static str| move |journal: Local<'_, Journal>| journal.note(name);
    plan.on(Fit::on_epoch_end, says("zeroth"))
        .named("zeroth")
        .before(CallbackRef::of::<Second>());
    plan.on(Fit::on_epoch_end, says("third"))
        .named("third")
        .after(CallbackRef::of::<Second>())
        .weight(-2.0);
    // The throttle is for one breakpoint; at the other one the period of what is wrapped stays.
    plan.add(Wrapper(Wrapper(Second)))
        .weight(-1.0)
        .every_at(Fit::on_train_batch_end, Period::steps(6));
    plan.on(Fit::on_epoch_end, says("first")).named("first");
    fit(&mut trainer).ok().unwrap();
    let order = ["zeroth", "first", "second", "third"];
    assert_eq!(trainer.plan().names(), order);
    // Two steps in an epoch.
    let odd = vec!["zeroth", "first", "third"];
    let mut expected = Vec::new();
    for epoch in 1..=6 {
        expected.extend((epoch % 3 == 0).then_some("batch"));
        expected.extend(if epoch % 2 == 0 {
            order.to_vec()
        } else {
            odd.clone()
        });
    }
    assert_eq!(journal.take(), expected);
}
