//! Saves a value of the state, with a period.

use super::DryRun;
use super::replace::{replace, try_to_replace};
use crate::fit::SaveParameters;
use callback_runtime::{
    BoxError, Callback, CallbackInfo, Handlers, Local, Period, Record, Round, Rounds,
};
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

/// Saves a value of the state at the end of a round, with a period, in every loop with [`Rounds`]: the learner of a fit at the end of an
/// epoch, the driven system at the end of a step. An error fails the run, unless the callback is attached with
/// [`on_failure`](callback_runtime::Attachment::on_failure). An invalid period is a problem of the plan, and so is a value that is not state
/// of the loop.
///
/// In a [`SanityCheck`](super::SanityCheck), a [file](Self::to_file) is written beside its path when the check begins, and removed again; a
/// function is not called.
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

/// How a value is saved.
enum Save<T> {
    Function(SaveFunction<T>),
    File {
        path: Box<dyn FnMut(Round) -> PathBuf + Send>,
        write: fn(&T, &mut dyn Write) -> io::Result<()>,
    },
}

type SaveFunction<T> = Box<dyn FnMut(&T, Round) -> Result<(), BoxError> + Send>;

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
            save: Save::Function(Box::new(save)),
        }
    }

    /// Saves the parameters into a file at the path that `path` returns. An old file is replaced when the new one is complete: a program
    /// that is killed leaves the old file or the new one, and never a part. Until then the name of the new file ends with `.unfinished`.
    ///
    /// A symbolic link stays, and the file that it leads to is replaced. A device, a folder or anything else that is not a file also
    /// stays, and fails the run with [`NotAFile`](super::NotAFile).
    ///
    /// A run that is restored replaces the files of the rounds that it makes again. The file of a later round stays until then.
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
    pub fn to_file(period: Period, path: impl FnMut(Round) -> PathBuf + Send + 'static) -> Self
    where
        T: SaveParameters,
    {
        let path = Box::new(path);
        let write = T::save;
        Self {
            period,
            save: Save::File { path, write },
        }
    }
}

impl<L: Rounds, T: 'static> Callback<L> for SaveState<T> {
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>().ready_made()
    }

    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_enter(Self::try_to_save);
        h.on_each(L::on_round_end, Self::save)
            .every(self.period.clone());
    }
}

impl<T: 'static> SaveState<T> {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a handler's parameters are what the runtime hands it"
    )]
    fn save(
        &mut self,
        value: Local<'_, T>,
        record: &Record,
        dry_run: Option<&DryRun>,
    ) -> Result<(), BoxError> {
        if dry_run.is_some() {
            return Ok(());
        }
        match &mut self.save {
            Save::Function(save) => save(&value, record.round()),
            Save::File { path, write } => replace(&path(record.round()), |to| write(&value, to)),
        }
    }

    /// Writes the file of a dry run, whatever the period.
    fn try_to_save(
        &mut self,
        value: Option<Local<'_, T>>,
        record: Option<&Record>,
        dry_run: Option<&DryRun>,
    ) -> Result<(), BoxError> {
        let (Some(value), Some(_)) = (value, dry_run) else {
            return Ok(());
        };
        match &mut self.save {
            Save::Function(_) => Ok(()),
            Save::File { path, write } => {
                let round = record.map_or_else(Round::default, Record::round);
                try_to_replace(&path(round), |to| write(&value, to))
            }
        }
    }
}

impl<T> fmt::Debug for SaveState<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SaveState")
            .field("period", &self.period)
            .finish_non_exhaustive()
    }
}
