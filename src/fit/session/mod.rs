//! The scopes and counters of a fit, for a training loop that exists already.

mod batch;
mod builder;
mod epochs;
mod pass;
mod resume;

pub use builder::FitSessionBuilder;
pub use epochs::SessionEpochs;
pub use pass::SessionPass;

use super::loss::MeanLoss;
use super::pass_kind::PassKind;
use super::resume::PassPosition;
use super::{Fit, LearningRate};
use crate::require::require;
use callback_runtime::{
    At, BoxError, Break, Ctx, Location, NotLent, Outcome, Plan, Record, Session, State, Value,
};
use std::borrow::Cow;
use std::cell::{Cell, RefCell, RefMut};
use std::fmt;

impl Fit {
    /// Makes a session of this number of epochs, for a training loop that exists already; see [`FitSession`].
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// let fit = Fit::session(3).start()?;
    /// assert!(fit.epochs().eq([1, 2, 3]));
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn session<'m>(epochs: u64) -> FitSessionBuilder<'m> {
        FitSessionBuilder::new(epochs)
    }
}

/// A fit whose loop exists already: the loop asks for its epochs and passes, and the callbacks of [`Fit`] run around them. The loop needs
/// no [`Learner`](super::Learner) and stays as it is.
///
/// [`epochs`](Self::epochs) gives the numbers of the epochs. [`train`](Self::train) and [`valid`](Self::valid) pass the batches of any
/// iterator on. Each has no more items when a callback stops the run or leaves the scope. The session counts epochs, batches and steps, and
/// ends what `break`, `?`, `return` or a panic ends.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::EarlyStopping;
///
/// let (train, valid) = (vec![(1.0_f64, 2.0), (2.0, 4.0)], [(3.0, 6.0)]);
/// let mut slope = 0.0;
///
/// let fit = Fit::session(100)
///     .every(Period::steps(10), Fit::on_train_batch_end, |step: &Step, loss: &Loss| println!("{step}: {loss:.4}"))
///     .callback(EarlyStopping::minimize("valid_loss").patience(3))
///     .start()?;
/// for _ in fit.epochs() {                       // for epoch in 1..=100 {
///     for &(x, y) in fit.train(&train) {        // for &(x, y) in &train {
///         let error = slope * x - y;
///         slope -= 0.1 * error * x;
///         fit.loss(error * error);
///     }
///     let errors = valid.iter().map(|(x, y)| (slope * x - y).powi(2));
///     fit.log("valid_loss", errors.sum::<f64>());
/// }
/// let outcome = fit.finish();
/// assert!(outcome.stopped().is_some(), "{outcome}");
/// assert!((slope - 2.0).abs() < 1e-6);
/// # Ok::<(), PlanError>(())
/// ```
///
/// # What fires
///
/// The begins and ends of the fit, of its epochs, passes and batches. The breakpoints inside a batch, such as
/// `on_train_batch_before_step` and `on_update_end`, fire where the loop calls [`fire`](Self::fire). A loop that does not call [`valid`](Self::valid) has no
/// validation pass, and [logs](Self::log) what it computes.
///
/// An epoch that `break`, `?` or `return` ends is complete if its record has as many values as that of the epoch before, or any value if it is
/// the first, and if no pass was cut short after the last [`log`](Self::log). Otherwise loggers and stoppers ignore it. To train on a part of the batches, end the iterator:
/// `fit.train(batches.take(100))`.
///
/// # The model
///
/// Callbacks that save or average the model need it in the state. [Lend](FitSessionBuilder::lend) it to the session, and
/// [borrow](Self::borrow) it where the loop uses it:
///
/// ```
/// # use callbacks::prelude::*;
/// struct Model(f64);
///
/// let mut model = Model(0.0);
/// let fit = Fit::session(2)
///     .lend(&mut model)
///     .on(Fit::on_epoch_end, |model: &Model, record: &mut Record| record.set("weight", model.0))
///     .start()?;
/// for _ in fit.epochs() {
///     for batch in fit.train([0.5, 0.25]) {
///         let mut model = fit.borrow::<Model>()?;
///         model.0 += batch;
///     }
/// }
/// assert!(fit.finish().is_finished());
/// assert_eq!(model.0, 1.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors of the loop
///
/// A pass outside of an epoch or inside another pass, a breakpoint that is fired outside of its batch, a loss outside of a batch, and a model
/// that is still borrowed when handlers run fail the run: the loop has no more rounds, and the outcome says what to change. A session that is
/// dropped before it is [finished](Self::finish) is interrupted: every open scope ends and every callback exits.
#[doc = include_str!("resumed.md")]
#[must_use = "a session that is dropped is interrupted; end it with `finish`"]
pub struct FitSession<'m> {
    session: Session<'m, Fit>,
    pass: RefCell<OpenPass>,
    /// Whether `break` has ended a pass of the epoch before its last batch, and nothing has been logged since.
    is_cut: Cell<bool>,
    /// The number of values in the record of the last epoch.
    epoch_len: Cell<usize>,
    /// Where the saved run was inside of an epoch, until the loop is there again.
    resumed: Cell<Option<PassPosition>>,
}

/// The pass under way, and its batch.
#[derive(Default)]
struct OpenPass {
    mean: MeanLoss,
    /// The number of samples of the batch; `None` outside of a batch.
    samples: Option<u64>,
    /// Whether the batch has a loss.
    has_loss: bool,
}

impl<'m> FitSession<'m> {
    /// Returns the numbers of the epochs, from 1. Each epoch ends before the next one, and where the `for` loop ends.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(3)
    ///     .on(Fit::on_epoch_end, |epoch: &Epoch| if epoch.get() == 2 { Flow::stop("enough") } else { Flow::Continue })
    ///     .start()?;
    /// assert!(fit.epochs().eq([1, 2]));
    /// assert!(fit.finish().stopped().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn epochs(&self) -> SessionEpochs<'_, 'm> {
        SessionEpochs::new(self, Location::here())
    }

    /// Passes the batches of the training pass on.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1).on(Fit::on_fit_end, |step: &Step| assert_eq!(step.get(), 2)).start()?;
    /// for _ in fit.epochs() {
    ///     for batch in fit.train([1.0, 2.0, 3.0].chunks(2)) {
    ///         fit.samples(batch.len() as u64);
    ///         fit.loss(batch.iter().sum::<f64>());
    ///     }
    /// }
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn train<I: IntoIterator>(&self, batches: I) -> SessionPass<'_, 'm, I::IntoIter> {
        SessionPass::new(self, PassKind::TRAIN, Location::here(), batches.into_iter())
    }

    /// Passes the batches of the validation pass on.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1).start()?;
    /// for _ in fit.epochs() {
    ///     for batch in fit.valid([1.0, 3.0]) {
    ///         fit.loss(batch);
    ///     }
    /// }
    /// let (_plan, state, outcome) = fit.into_parts();
    /// assert!(outcome.is_finished());
    /// assert_eq!(state.get::<Record>().and_then(|record| record.get("valid_loss")), Some(2.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn valid<I: IntoIterator>(&self, batches: I) -> SessionPass<'_, 'm, I::IntoIter> {
        SessionPass::new(self, PassKind::VALID, Location::here(), batches.into_iter())
    }

    /// Sets a value in the record of the epoch. The next epoch begins with an empty record.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(2)
    ///     .on(Fit::on_epoch_end, |record: &Record| assert_eq!(record.get("accuracy"), Some(0.5)))
    ///     .start()?;
    /// for _ in fit.epochs() {
    ///     fit.log("accuracy", 0.5);
    /// }
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn log(&self, name: impl Into<Cow<'static, str>>, value: impl Into<Value>) {
        self.is_cut.set(false);
        self.session.log(name, value);
    }

    /// Returns the learning rate, which schedules change; `None` if the builder was not given one.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1).learning_rate(0.1).start()?;
    /// assert_eq!(fit.learning_rate(), Some(0.1));
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learning_rate(&self) -> Option<f64> {
        self.with_state(|state| state.get().map(LearningRate::get))?
    }

    /// Borrows a value back that was [lent](FitSessionBuilder::lend); see [`Session::borrow`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut weights = vec![0.0];
    /// let fit = Fit::session(1).lend(&mut weights).start()?;
    /// for _ in fit.epochs() {
    ///     fit.borrow::<Vec<f64>>().unwrap()[0] = 1.0;
    /// }
    /// assert!(fit.finish().is_finished());
    /// assert_eq!(weights, [1.0]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn borrow<T: 'static>(&self) -> Result<RefMut<'_, T>, NotLent> {
        self.session.borrow()
    }

    /// Runs the handlers of a breakpoint inside the batch; see [`Session::fire`]. Do not return its `Err` from the function with `?`: that
    /// would drop the session.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1)
    ///     .on(Fit::on_train_batch_before_step, || Flow::leave(Fit::TRAIN_BATCH))
    ///     .start()?;
    /// let mut updates = 0;
    /// for _ in fit.epochs() {
    ///     for _batch in fit.train(0..3) {
    ///         if fit.fire(Fit::on_train_batch_before_step).is_err() {
    ///             continue;
    ///         }
    ///         updates += 1;
    ///     }
    /// }
    /// assert_eq!(updates, 0);
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn fire(&self, at: At<Fit>) -> Result<(), Break> {
        self.session.fire(at)
    }

    /// Whether the rest of the open scope is not to run, because of a leave, a stop or a failure; see [`Session::is_interrupted`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(9).on(Fit::on_train_end, || Flow::stop("enough")).start()?;
    /// for _ in fit.epochs() {
    ///     for _batch in fit.train(0..3) {}
    ///     if fit.is_interrupted() {
    ///         break; // The validation would be for nothing.
    ///     }
    ///     println!("validate");
    /// }
    /// assert!(fit.finish().stopped().is_some());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn is_interrupted(&self) -> bool {
        self.session.is_interrupted()
    }

    /// Calls `body` with the state; see [`Session::with_state`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1).start()?;
    /// assert_eq!(fit.with_state(|state| state.get::<Epoch>().copied()), Some(Some(Epoch::new(0))));
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn with_state<R>(&self, body: impl FnOnce(Ctx<'_>) -> R) -> Option<R> {
        self.session.with_state(body)
    }

    /// Fails the run with an error of the loop; see [`Session::fail`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(3).start()?;
    /// for _ in fit.epochs() {
    ///     fit.fail("the data is gone");
    /// }
    /// assert_eq!(fit.finish().failed().unwrap().cause().to_string(), "the data is gone");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn fail(&self, error: impl Into<BoxError>) {
        self.session.fail(error);
    }

    /// Ends the fit and exits every callback. Returns how the run ended.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1).start()?;
    /// for _ in fit.epochs() {}
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn finish(self) -> Outcome {
        self.session.finish()
    }

    /// Does what [`finish`](Self::finish) does, and returns the plan and the state, too. The state has the
    /// [`History`](super::History).
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(2).start()?;
    /// for epoch in fit.epochs() {
    ///     fit.log("twice", 2 * epoch);
    /// }
    /// let (_plan, state, outcome) = fit.into_parts();
    /// assert!(outcome.is_finished());
    /// assert!(state.get::<History>().unwrap().of("twice").map(|(_, value)| value).eq([2.0, 4.0]));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn into_parts(self) -> (Plan<Fit>, State, Outcome) {
        self.session.into_parts()
    }
}

impl FitSession<'_> {
    /// Calls `body` with the state, and fails the run with its error.
    fn update<R: Default>(&self, body: impl FnOnce(&mut Ctx<'_>) -> Result<R, Break>) -> R {
        match self.with_state(|mut state| body(&mut state)) {
            Some(Ok(result)) => result,
            Some(Err(broken)) => {
                self.fail(broken.into_boxed());
                R::default()
            }
            None => R::default(),
        }
    }

    /// Fails the run with a mistake of the loop, unless it has failed already: a loop repeats its mistake in each batch.
    fn report(&self, mistake: &str, at: Location, remedy: &str) {
        if !self.session.has_failed() {
            self.fail(format!("{mistake} ({at}); {remedy}"));
        }
    }

    /// Marks the record of the epoch as complete, unless something interrupts the epoch.
    fn complete_record(&self) {
        if !self.session.is_interrupted() {
            self.update(|state| {
                require::<Record>(state)?.complete();
                Ok(())
            });
        }
    }

    /// Ends the record of the epoch. One that `break` ends is cut short if it has fewer values than the epoch before, or if `break` ended
    /// a pass of it and nothing was logged since.
    fn end_record(&self, by_break: bool) {
        self.update(|state| {
            let record = require::<Record>(state)?;
            let len = record.iter().count();
            let is_cut = self.is_cut.take() || len < self.epoch_len.replace(len).max(1);
            if by_break && is_cut {
                record.cut_short();
            } else if by_break {
                // What the loop would have recorded after the `break` is absent, and its name is right.
                record.lack("what follows `break`");
            }
            Ok(())
        });
        self.complete_record();
    }
}

impl fmt::Debug for FitSession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FitSession").finish_non_exhaustive()
    }
}
