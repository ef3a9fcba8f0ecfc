//! From which checkpoint a run continues, and with what of it.

use super::wrong_path::check_directory;
use super::{CheckpointDir, CheckpointError, SavedCheckpoint, read};
use callback_runtime::persist::SavedRun;
use std::path::PathBuf;

/// From which checkpoint a run continues, and with what of it. [`Attach::resume`](crate::Attach::resume) takes it.
///
/// A directory has the checkpoints of one run of a program, such as one `fit`: give each run a directory of its own. Among several runs in a
/// directory, the latest checkpoint is that which was written last.
///
/// ```
/// use callbacks::checkpoint::Resume;
/// use callbacks::prelude::*;
/// # use doc_models::{Line, Points};
///
/// // The last checkpoint of the directory, or a new run if there is none.
/// let trainer = Trainer::new(Line::default()).resume(Resume::latest("runs/line"))?;
/// // The parameters of one checkpoint, and all else anew.
/// let other = Trainer::new(Line::default()).resume(Resume::from("runs/line/epoch-7").weights_only());
/// assert!(other.err().unwrap().to_string().contains("runs/line/epoch-7"));
/// # drop(trainer);
/// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Resume {
    source: Source,
    goes_past_stop: bool,
    allows_missing: bool,
    parts: Parts,
    /// Names that have changed, each with the new one.
    renamed: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
enum Source {
    Latest(CheckpointDir),
    Folder(PathBuf),
}

/// What of a checkpoint is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parts {
    All,
    Weights,
    Without { optimizer: bool, callbacks: bool },
}

impl Resume {
    /// Continues from the latest checkpoint of a directory. If there is none, the run begins anew: so one program begins, continues, and says
    /// that all is done.
    ///
    /// ```
    /// # use callbacks::checkpoint::Resume;
    /// assert!(Resume::latest("runs/of-nobody").load()?.is_none());
    /// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
    /// ```
    pub fn latest(directory: impl Into<PathBuf>) -> Self {
        Self::of(Source::Latest(CheckpointDir::new(directory)))
    }

    /// Continues from one checkpoint: the folder that has its `manifest.json`.
    ///
    /// ```
    /// # use callbacks::checkpoint::Resume;
    /// assert!(Resume::from("runs/of-nobody/epoch-7").load().is_err());
    /// ```
    pub fn from(checkpoint: impl Into<PathBuf>) -> Self {
        Self::of(Source::Folder(checkpoint.into()))
    }

    const fn of(source: Source) -> Self {
        Self {
            source,
            goes_past_stop: false,
            allows_missing: false,
            parts: Parts::All,
            renamed: Vec::new(),
        }
    }

    /// Goes on where a callback has stopped the run. Otherwise a run that was stopped ends with the same stop again.
    ///
    /// ```
    /// # use callbacks::checkpoint::Resume;
    /// let resume = Resume::latest("runs/line").past_stop();
    /// # let _ = resume;
    /// ```
    pub fn past_stop(mut self) -> Self {
        self.goes_past_stop = true;
        self
    }

    /// Continues although values or fields of the state are missing in the checkpoint, such as a layer that was added to the model: they stay as
    /// the program made them, and [`Restored`](crate::persist::Restored) names them. Otherwise that fails the run.
    ///
    /// ```
    /// # use callbacks::checkpoint::Resume;
    /// let resume = Resume::latest("runs/line").allow_missing();
    /// # let _ = resume;
    /// ```
    pub fn allow_missing(mut self) -> Self {
        self.allows_missing = true;
        self
    }

    /// Gives a callback, or a value of the state, the name that it has in this program.
    ///
    /// ```
    /// # use callbacks::checkpoint::Resume;
    /// let resume = Resume::latest("runs/line").rename("Best", "best loss");
    /// # let _ = resume;
    /// ```
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        self.renamed.push((from.to_owned(), to.to_owned()));
        self
    }

    /// Takes the parameters alone: the fields named `parameters`, and those below. The run begins at its beginning, and
    /// replaces no file that has rows: see [`without_callbacks`](Self::without_callbacks).
    ///
    /// ```
    /// # use callbacks::checkpoint::Resume;
    /// let resume = Resume::from("runs/line/epoch-7").weights_only();
    /// # let _ = resume;
    /// ```
    pub fn weights_only(mut self) -> Self {
        self.parts = Parts::Weights;
        self
    }

    /// Leaves out what optimisers remember: the fields named `optimizer`, and those below.
    ///
    /// ```
    /// # use callbacks::checkpoint::Resume;
    /// let resume = Resume::latest("runs/line").without_optimizer();
    /// # let _ = resume;
    /// ```
    pub fn without_optimizer(mut self) -> Self {
        if let Parts::All = self.parts {
            self.parts = Parts::Without {
                optimizer: true,
                callbacks: false,
            };
        } else if let Parts::Without { optimizer, .. } = &mut self.parts {
            *optimizer = true;
        }
        self
    }

    /// Leaves out what callbacks remember, and their periods. The positions of their files are among it: a callback that would replace a file
    /// that has content, such as `Csv`, fails the run. Let it begin a new file with `or_new_file()`, or continue the one that is there with
    /// `append()`.
    ///
    /// ```
    /// # use callbacks::checkpoint::Resume;
    /// let resume = Resume::latest("runs/line").without_callbacks();
    /// # let _ = resume;
    /// ```
    pub fn without_callbacks(mut self) -> Self {
        if let Parts::All = self.parts {
            self.parts = Parts::Without {
                optimizer: false,
                callbacks: true,
            };
        } else if let Parts::Without { callbacks, .. } = &mut self.parts {
            *callbacks = true;
        }
        self
    }

    /// Reads the checkpoint; `None` if the directory has none. An `Err` names the file, what is wrong with it, and a checkpoint before it that
    /// is whole.
    ///
    /// ```
    /// # use callbacks::checkpoint::Resume;
    /// match Resume::latest("runs/of-nobody").load()? {
    ///     Some(checkpoint) => println!("continues from {}", checkpoint.path.display()),
    ///     None => println!("begins"),
    /// }
    /// # Ok::<(), callbacks::checkpoint::CheckpointError>(())
    /// ```
    pub fn load(&self) -> Result<Option<SavedCheckpoint>, CheckpointError> {
        let found = match &self.source {
            Source::Latest(directory) => {
                check_directory(directory)?;
                directory.latest()?
            }
            Source::Folder(path) => Some(read(path)?),
        };
        Ok(found.map(|checkpoint| SavedCheckpoint {
            saved: self.choose(checkpoint.saved),
            ..checkpoint
        }))
    }

    /// Leaves out of a saved run what is not restored.
    fn choose(&self, saved: SavedRun) -> SavedRun {
        let renamed = self.renamed.iter();
        let saved = renamed.fold(saved, |saved, (from, to)| saved.rename(from, to));
        let mut saved = saved;
        if self.goes_past_stop {
            saved = saved.past_stop();
        }
        if self.allows_missing {
            saved = saved.allow_missing();
        }
        match self.parts {
            Parts::All => return saved,
            Parts::Weights => return saved.parameters_only(),
            Parts::Without {
                optimizer,
                callbacks,
            } => {
                if optimizer {
                    saved = saved.without_optimizer();
                }
                if callbacks {
                    saved = saved.without_callbacks();
                }
            }
        }
        saved
    }
}
