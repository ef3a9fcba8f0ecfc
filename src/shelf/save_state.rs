//! Saves a value of the state, with a period.

use super::replace::replace;
use crate::fit::SaveParameters;
use callback_runtime::{
    BoxError, Callback, CallbackInfo, Handlers, Local, Period, Record, Round, Rounds,
};
use std::fmt;
use std::path::PathBuf;

/// Saves a value of the state at the end of a round, with a period, in every loop with [`Rounds`]: the learner of a fit at the end of an
/// epoch, the driven system at the end of a step. An error fails the run, unless the callback is attached with
/// [`on_failure`](callback_runtime::Attachment::on_failure). An invalid period is a problem of the plan, and so is a value that is not state
/// of the loop.
///
/// The value is also saved after a round that was [cut short](crate::shelf#rounds-that-are-cut-short), if the period is due.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::SaveState;
/// use std::sync::mpsc;
/// # use doc_models::Well;
///
/// let (saved, received) = mpsc::channel();
/// let mut driver = VariationalDriver::new(Well { x: 8.0 })
///     .callback(SaveState::new(Period::steps(2), move |well: &Well, round| Ok(saved.send((round.number(), well.x))?)));
/// assert!(driver.run(5)?.is_finished());
/// assert_eq!(received.try_iter().collect::<Vec<_>>(), [(2, 2.0), (4, 0.5)]);
/// # Ok::<(), PlanError>(())
/// ```
pub struct SaveState<T> {
    period: Period,
    save: Save<T>,
}

type Save<T> = Box<dyn FnMut(&T, Round) -> Result<(), BoxError> + Send>;

impl<T: 'static> SaveState<T> {
    /// Saves with the function `save`, which gets the value and the round that has ended.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::SaveState;
    /// # use doc_models::Well;
    /// let full = SaveState::new(Period::steps(1), |_: &Well, _| Err("the disk is full".into()));
    /// let outcome = VariationalDriver::new(Well::default()).callback(full).run(5)?;
    /// assert_eq!(outcome.failed().unwrap().cause().to_string(), "the disk is full");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn new(
        period: Period,
        save: impl FnMut(&T, Round) -> Result<(), BoxError> + Send + 'static,
    ) -> Self {
        Self {
            period,
            save: Box::new(save),
        }
    }

    /// Saves the parameters into a file at the path that `path` returns. An old file is replaced when the new one is complete: a program
    /// that is killed leaves the old file or the new one, and never a part. Until then the name of the new file ends with `.unfinished`.
    ///
    /// A symbolic link stays, and the file that it leads to is replaced. A device, a folder or anything else that is not a file also
    /// stays, and fails the run with [`NotAFile`](super::NotAFile).
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::SaveState;
    /// # use doc_models::Well;
    ///
    /// // `Well` implements `SaveParameters`, as the `Line` in its example does.
    /// let folder = std::env::temp_dir().join(format!("callbacks-save-state-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let file = folder.join("well");
    /// let path = file.clone();
    /// let save = SaveState::<Well>::to_file(Period::steps(2), move |_round| path.clone());
    /// assert!(VariationalDriver::new(Well { x: 8.0 }).callback(save).run(5)?.is_finished());
    /// assert_eq!(std::fs::read(&file)?, 0.5_f64.to_le_bytes());
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_file(period: Period, mut path: impl FnMut(Round) -> PathBuf + Send + 'static) -> Self
    where
        T: SaveParameters,
    {
        Self::new(period, move |value, round| {
            replace(&path(round), |to| value.save(to))
        })
    }
}

impl<L: Rounds, T: 'static> Callback<L> for SaveState<T> {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().ready_made()
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_each(L::on_round_end, Self::save)
            .every(self.period.clone());
    }
}

impl<T: 'static> SaveState<T> {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn save(&mut self, value: Local<'_, T>, record: &Record) -> Result<(), BoxError> {
        (self.save)(&value, record.round())
    }
}

impl<T> fmt::Debug for SaveState<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaveState")
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}
