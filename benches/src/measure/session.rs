//! What a batch costs in a session, next to one of a trainer, beyond a loop by hand that does the same.

use super::valgrind;
use crate::report::Table;
use callbacks::fit::{Fit, Learner, Loss, OptimizerName, OwnStep, Phase, Trainer};
use callbacks::{Attach, BoxError};
use std::error::Error;
use std::hint::black_box;

/// The job that valgrind counts.
pub(super) const BATCHES: &str = "batches";

/// The batches of a run that is counted.
const COUNTED: u32 = 1_000;

/// Who loops over the batches.
const HAND: &str = "by hand";
const TRAINER: &str = "`Trainer`, with a step of its own";
const SESSION: &str = "session";
const LENDING: &str = "session that lends the model";

/// The instructions and allocations of a batch.
pub(super) fn table() -> Result<Table, Box<dyn Error>> {
    let columns = ["loop", "callbacks", "instructions", "allocations"];
    let title = "A batch of a fit, beyond a loop by hand";
    let mut table = Table::new(title, "session", columns);
    for by in [TRAINER, SESSION, LENDING] {
        for callbacks in ["0", "1", "10"] {
            table.row([
                by.to_owned(),
                callbacks.to_owned(),
                format!("{:.0}", beyond_hand(by, callbacks, valgrind::instructions)?),
                format!("{:.2}", beyond_hand(by, callbacks, valgrind::allocations)?),
            ]);
        }
    }
    Ok(table)
}

/// The instructions of a batch of a session without callbacks.
pub(super) fn instructions() -> Result<f64, Box<dyn Error>> {
    beyond_hand(SESSION, "0", valgrind::instructions)
}

fn beyond_hand(by: &str, callbacks: &str, count: valgrind::Count) -> Result<f64, Box<dyn Error>> {
    let of = |by: &str| valgrind::each(COUNTED, &[BATCHES, by, callbacks], count);
    Ok(of(by)? - of(HAND)?)
}

/// What runs under valgrind.
pub(super) fn once(which: &[String], batches: u64) -> Result<(), BoxError> {
    let [by, callbacks] = which else {
        return Err("write who loops, and how many callbacks there are".into());
    };
    let (batches, callbacks) = (u32::try_from(batches)?, callbacks.parse()?);
    match by.as_str() {
        HAND => by_hand(batches),
        TRAINER => by_trainer(batches, callbacks)?,
        SESSION => by_session(batches, callbacks)?,
        LENDING => by_lending_session(batches, callbacks)?,
        _ => return Err(format!("`{by}` is none of the loops that are measured").into()),
    }
    Ok(())
}

/// A model of one weight.
struct Model(f64);

impl Model {
    #[inline(never)]
    fn train(&mut self, batch: f64) -> f64 {
        let error = self.0 - batch;
        self.0 -= 0.1 * error;
        error * error
    }
}

fn numbers(batches: u32) -> impl ExactSizeIterator<Item = f64> {
    (0..batches).map(f64::from)
}

fn by_hand(batches: u32) {
    let (mut model, mut sum) = (Model(0.0), 0.0);
    for batch in numbers(batches) {
        sum += model.train(batch);
    }
    black_box(sum / f64::from(batches));
}

/// Two handlers that do nothing.
struct Idle;

#[callbacks::callback(Fit, register = false)]
impl Idle {
    fn on_train_batch_begin(&self) {}

    fn on_train_batch_end(&self, loss: &Loss) {
        black_box(loss);
    }
}

fn by_trainer(batches: u32, callbacks: usize) -> Result<(), BoxError> {
    let mut trainer = Trainer::new(Model(0.0)).plan_with(|plan| {
        for _ in 0..callbacks {
            plan.add(Idle);
        }
    });
    let outcome = trainer.fit(move |_epoch: u64| numbers(batches))?.outcome;
    Ok(outcome.ok().map(drop)?)
}

fn by_session(batches: u32, callbacks: usize) -> Result<(), BoxError> {
    let mut model = Model(0.0);
    let fit = session(callbacks).start()?;
    for _ in fit.epochs() {
        for batch in fit.train(numbers(batches)) {
            fit.loss(model.train(batch));
        }
    }
    Ok(fit.finish().ok().map(drop)?)
}

fn by_lending_session(batches: u32, callbacks: usize) -> Result<(), BoxError> {
    let mut model = Model(0.0);
    let fit = session(callbacks).lend(&mut model).start()?;
    for _ in fit.epochs() {
        for batch in fit.train(numbers(batches)) {
            let loss = fit.borrow::<Model>()?.train(batch);
            fit.loss(loss);
        }
    }
    Ok(fit.finish().ok().map(drop)?)
}

fn session<'m>(callbacks: usize) -> callbacks::fit::FitSessionBuilder<'m> {
    Fit::session(1).plan_with(|plan| {
        for _ in 0..callbacks {
            plan.add(Idle);
        }
    })
}

/// Not used: the step is the learner's own.
struct Nothing;
struct NoGradient;

impl Learner for Model {
    type Batch = f64;
    type Prediction = Nothing;
    type Gradients = NoGradient;

    fn samples(&self, _: &f64) -> u64 {
        1
    }

    fn forward(&mut self, _: &f64, _: Phase) -> Result<Nothing, BoxError> {
        Ok(Nothing)
    }

    fn loss(&mut self, _: &Nothing, _: &f64) -> Result<Loss, BoxError> {
        Ok(Loss::from(0.0))
    }

    fn backward(&mut self, _: &Nothing, _: &f64, _: OptimizerName) -> Result<NoGradient, BoxError> {
        Ok(NoGradient)
    }

    fn step(&mut self, _: NoGradient, _: f64, _: OptimizerName) -> Result<(), BoxError> {
        Ok(())
    }

    fn own_step(&self) -> Option<OwnStep> {
        let step = OwnStep::new(|mut state| {
            let batch = *state.get::<f64>().ok_or("there is no batch")?;
            let model = state.get_mut::<Self>().ok_or("there is no model")?;
            let loss = model.train(batch);
            state.insert(Loss::from(loss));
            Ok(())
        });
        Some(step.provides(|states| states.from::<Loss>(Fit::on_train_batch_end)))
    }
}
