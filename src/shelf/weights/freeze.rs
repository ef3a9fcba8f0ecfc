//! Keeps parameters as they are, for some rounds.

use crate::fit::Step;
use crate::shelf::snapshot_slot::SnapshotSlot;
use crate::{Fit, Parameters, weight};
use callback_runtime::persist::Fields;
use callback_runtime::{
    At, BoxError, Callback, CallbackInfo, Handlers, LocalMut, Record, Role, Rounds,
};
use std::fmt;

/// Keeps some parameters of the model `M` as they are, equal to the bit, in some epochs or in all of them.
///
/// The model has [`Parameters`](trait@Parameters), and is in the state of the loop. An epoch stands for any round of a loop, such as a step of a driver. At
/// the begin of the first frozen epoch the parameters are copied, and after each step of an optimiser the frozen ones are put back. So no
/// optimiser changes them, not by momentum or weight decay either. The state of an optimiser, such as its momentum, is still updated. The copy
/// is of all parameters.
///
/// Attach several for a schedule that thaws one layer after the other. It has the weight [`FIRST`](crate::weight::FIRST): after a step the
/// others see the frozen parameters.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::Freeze;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(3)
///     .learning_rate(0.25)
///     .callback(Freeze::<Line>::prefix("slope").until_epoch(3));
/// // Only the third epoch trains it.
/// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.0);
/// # Ok::<(), PlanError>(())
/// ```
pub struct Freeze<M: Parameters> {
    includes: Box<dyn Fn(&str) -> bool + Send>,
    /// The first frozen round, and the first one after it that is not frozen.
    from: u64,
    until: u64,
    frozen: SnapshotSlot<M>,
    /// The number of steps when the parameters were put back for the last time.
    last_step: Option<u64>,
}

impl<M: Parameters + 'static> Freeze<M> {
    /// Freezes the tensors whose names this function accepts, in all epochs.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Freeze;
    /// # use doc_models::{Line, Points};
    /// let freeze = Freeze::<Line>::matching(|name| name.ends_with("slope"));
    /// let mut trainer = Trainer::new(Line { slope: 1.0 }).callback(freeze);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn matching(includes: impl Fn(&str) -> bool + Send + 'static) -> Self {
        Self {
            includes: Box::new(includes),
            from: 1,
            until: u64::MAX,
            frozen: SnapshotSlot::default(),
            last_step: None,
        }
    }

    /// Freezes the tensor of this name and those below it, in all epochs: `layers.1` is a prefix of `layers.1.weights` and not of
    /// `layers.10`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Freeze;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line { slope: 1.0 }).callback(Freeze::<Line>::prefix("slo"));
    /// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope > 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn prefix(path: impl Into<String>) -> Self {
        let path = path.into();
        Self::matching(move |name| {
            let rest = name.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.is_empty() || path.is_empty() || rest.starts_with('.'))
        })
    }

    /// Freezes from the begin of this epoch on. The first epoch is 1.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Freeze;
    /// # use doc_models::{Line, Points};
    /// let freeze = Freeze::<Line>::prefix("slope").from_epoch(2);
    /// let mut trainer = Trainer::new(Line::default()).epochs(9).learning_rate(0.25).callback(freeze);
    /// assert_eq!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.learner.slope, 1.0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn from_epoch(mut self, epoch: u64) -> Self {
        self.from = epoch;
        self
    }

    /// Freezes before the begin of this epoch, and not from then on.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::Freeze;
    /// # use doc_models::Line;
    /// let never = Freeze::<Line>::prefix("slope").from_epoch(3).until_epoch(3);
    /// assert!(Trainer::new(Line::default()).callback(never).check().is_err());
    /// ```
    pub fn until_epoch(mut self, epoch: u64) -> Self {
        self.until = epoch;
        self
    }

    /// Copies the parameters at the begin of the first frozen round, and drops the copy after the last one.
    fn begin(&mut self, record: &Record, model: &M) -> Result<(), BoxError> {
        let round = record.round().number();
        if !(self.from..self.until).contains(&round) {
            self.frozen = SnapshotSlot::default();
        } else if self.frozen.is_empty() {
            self.frozen = SnapshotSlot::of(model.snapshot()?);
        }
        Ok(())
    }

    fn put_back(&mut self, model: &mut M) -> Result<(), BoxError> {
        self.frozen.load(model)?;
        match self.frozen.get() {
            Some(frozen) => model.restore_where(frozen, &self.includes),
            None => Ok(()),
        }
    }

    fn on_enter(&mut self, step: Option<&Step>) {
        self.frozen = SnapshotSlot::default();
        self.last_step = step.map(|step| step.get());
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn on_scope_begin(&mut self, record: &Record, model: LocalMut<'_, M>) -> Result<(), BoxError> {
        self.begin(record, &model)
    }

    /// After the step of an optimiser.
    fn after_step(
        &mut self,
        mut model: LocalMut<'_, M>,
        step: Option<&Step>,
    ) -> Result<(), BoxError> {
        self.last_step = step.map(|step| step.get());
        self.put_back(&mut model)
    }

    /// In a loop that has no breakpoint after each step, or does not fire it, and no scope for each round.
    fn on_poll(
        &mut self,
        record: &Record,
        mut model: LocalMut<'_, M>,
        step: Option<&Step>,
    ) -> Result<(), BoxError> {
        let step = step.map(|step| step.get());
        if step.is_none() || step != self.last_step {
            self.last_step = step;
            self.put_back(&mut model)?;
        }
        self.begin(record, &model)
    }

    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("last_step", &mut self.last_step);
        self.frozen.persist("frozen", fields);
    }

    fn declare(&self, info: CallbackInfo) -> CallbackInfo {
        let is_valid = self.from < self.until;
        info.valid_if(
            is_valid,
            "until_epoch",
            self.until,
            "give one after `from_epoch`",
        )
    }
}

/// The breakpoints of a fit after which parameters may have changed.
const AFTER_STEP: [At<Fit>; 2] = [Fit::on_train_batch_after_step, Fit::on_update_end];

/// Written by hand, because the breakpoints of a fit are beside those of every loop with rounds.
impl<L: Rounds, M: Parameters + 'static> Callback<L> for Freeze<M> {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().ready_made();
        let info = info.persist::<Self>(Self::persist);
        self.declare(info.weight(weight::FIRST))
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::on_enter);
        for (index, at) in (0..).zip(L::BREAKPOINTS) {
            if at.role() == Role::Begin {
                h.on(At::new(index), Self::on_scope_begin);
            }
            if AFTER_STEP.iter().any(|after| after.breakpoint() == at) {
                h.on(At::new(index), Self::after_step);
            }
            if at.is_poll() {
                h.on(At::new(index), Self::on_poll);
            }
        }
    }
}

impl<M: Parameters> fmt::Debug for Freeze<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Freeze")
            .field("from_epoch", &self.from)
            .field("until_epoch", &self.until)
            .finish_non_exhaustive()
    }
}
