//! The settings of a session.

use super::{FitSession, OpenPass};
use crate::Attach;
use crate::fit::epochs::refuse_early_stop;
use crate::fit::initial_state::insert_initial;
use crate::fit::resume::{FIT_STATE, FitPosition, persist_fit};
use crate::fit::{Epochs, Fit, LearningRate, expectations};
use callback_runtime::{At, Location, Plan, PlanError, SessionBuilder, State};
use std::cell::{Cell, RefCell};
use std::fmt;

/// Builds a [`FitSession`]: its callbacks and what they find in the state. [`Fit::session`] makes one, and [`Attach`] has the methods that
/// attach callbacks.
///
/// ```
/// # use callbacks::prelude::*;
/// let fit = Fit::session(10)
///     .min_epochs(2)
///     .on(Fit::on_epoch_end, || Flow::stop("at once"))
///     .start()?;
/// assert!(fit.epochs().eq([1, 2]));
/// assert!(fit.finish().stopped().is_some());
/// # Ok::<(), PlanError>(())
/// ```
#[must_use = "a session begins with `start`"]
pub struct FitSessionBuilder<'m> {
    session: SessionBuilder<'m, Fit>,
    bounds: Epochs,
    learning_rate: Option<f64>,
    fired: Vec<At<Fit>>,
    created_at: Location,
}

impl<'m> FitSessionBuilder<'m> {
    #[track_caller]
    pub(super) fn new(epochs: u64) -> Self {
        let (mut plan, mut state) = (Plan::new(), State::new());
        plan.refuse_stops(refuse_early_stop);
        persist_fit(&mut plan);
        insert_initial(&mut state);
        Self {
            session: plan.session().within(Fit::FIT).with_state(state),
            bounds: Epochs {
                min: 0,
                max: epochs,
            },
            learning_rate: None,
            fired: Vec::new(),
            created_at: Location::here(),
        }
    }

    /// Sets the number of epochs before which a stop is refused.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let too_many = Fit::session(2).min_epochs(9).start();
    /// assert!(too_many.unwrap_err().to_string().contains("at least 9 epochs and at most 2"));
    /// ```
    pub fn min_epochs(mut self, min: u64) -> Self {
        self.bounds.min = min;
        self
    }

    /// Sets the learning rate at the begin of the fit, for callbacks that change it. The loop reads it with
    /// [`FitSession::learning_rate`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(2)
    ///     .learning_rate(0.1)
    ///     .on(Fit::on_epoch_end, |rate: &mut LearningRate| rate.set(rate.get() / 2.0))
    ///     .start()?;
    /// for _ in fit.epochs() {
    ///     println!("{:?}", fit.learning_rate());
    /// }
    /// assert_eq!(fit.learning_rate(), Some(0.025));
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn learning_rate(mut self, rate: f64) -> Self {
        self.learning_rate = Some(rate);
        self
    }

    /// Says that the loop fires a breakpoint inside its batches, with [`FitSession::fire`]. A handler of one that it does not fire gets a
    /// note in the explanation of the plan.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(1)
    ///     .fires(Fit::on_train_batch_before_step)
    ///     .on(Fit::on_train_batch_before_step, |step: &Step| println!("{step}"))
    ///     .start()?;
    /// for _ in fit.epochs() {
    ///     for _batch in fit.train(0..3) {
    ///         if fit.fire(Fit::on_train_batch_before_step).is_err() {
    ///             break;
    ///         }
    ///     }
    /// }
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn fires(mut self, at: At<Fit>) -> Self {
        self.fired.push(at);
        self
    }

    /// Puts a value into the state.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let fit = Fit::session(3).state(Epoch::new(2)).start()?;
    /// assert!(fit.epochs().eq([3]));
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn state<T: 'static>(mut self, value: T) -> Self {
        self.session = self.session.state(value);
        self
    }

    /// Lends a value, such as the model: it is state whenever handlers run. The loop gets it back with [`FitSession::borrow`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut weights = vec![0.0];
    /// let fit = Fit::session(1)
    ///     .lend(&mut weights)
    ///     .on(Fit::on_epoch_end, |weights: &Vec<f64>| println!("{weights:?}"))
    ///     .start()?;
    /// assert!(fit.finish().is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn lend<T: 'static>(mut self, value: &'m mut T) -> Self {
        self.session = self.session.lend(value);
        self
    }

    /// Checks the plan, enters every callback and begins the fit. The `Err` has all problems of the plan, and nothing has run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let unknown = Fit::session(1).on(Fit::on_epoch_end, |_: &String| {}).start();
    /// assert_eq!(unknown.unwrap_err().problems().len(), 1);
    /// ```
    pub fn start(mut self) -> Result<FitSession<'m>, PlanError> {
        self.expect();
        let session = self.session.state(self.bounds);
        let session = match self.learning_rate {
            Some(rate) => session.state(LearningRate::new(rate).at_begin(&[], &[])),
            None => session,
        };
        let session = session.start()?;
        session.resume_by_hand();
        let resumed = session.with_state(|mut state| FitPosition::take(&mut state).pass);
        Ok(FitSession {
            session,
            pass: RefCell::new(OpenPass::default()),
            is_cut: Cell::new(false),
            epoch_len: Cell::new(0),
            resumed: Cell::new(resumed.flatten()),
        })
    }

    /// Refuses a checkpoint that has nothing of the model.
    fn saves_no_model(&mut self) -> Option<String> {
        let plan = self.session.plan();
        let own = Plan::<Fit>::new().persisted().count() + FIT_STATE;
        let saves_no_more = plan.has_receivers() && plan.persisted().count() <= own;
        saves_no_more.then(|| {
            "saves its runs, and nothing of the model among them; lend the model, and name it with `.persist::<Model>(\"model\")`, or its \
             tensors with `.persist_fields(…)`"
                .to_owned()
        })
    }

    /// Declares what the session adds to the declaration of `Fit`, and the problems of the settings.
    fn expect(&mut self) {
        let (epochs, rate, created_at) = (self.bounds, self.learning_rate, self.created_at);
        let saves_no_model = self.saves_no_model();
        let fired = &self.fired;
        self.session.plan().expect(|availability| {
            expectations::declare_session(availability, epochs.max, fired);
            let problems = [
                epochs.problem(),
                rate.and_then(LearningRate::problem),
                saves_no_model,
            ];
            for problem in problems.into_iter().flatten() {
                availability.problem("the session", created_at, problem);
            }
        });
    }
}

impl Attach for FitSessionBuilder<'_> {
    type Loop = Fit;

    fn plan(&mut self) -> &mut Plan<Fit> {
        self.session.plan()
    }
}

impl fmt::Debug for FitSessionBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FitSessionBuilder")
            .field("session", &self.session)
            .finish_non_exhaustive()
    }
}
