//! Prints above the bar.

use super::screen::Screen;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Prints lines above the bar of a [`Progress`](super::Progress), without tearing it. If the progress prints plain lines, it prints a line
/// among them.
///
/// It is a handle: clones print to the same place, from any thread. Callbacks have it as a field, or ask for it as state. It implements
/// [`Write`], so that loggers can write to it.
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::shelf::{JsonLines, Printer, Progress};
/// # use doc_models::{Line, Points};
///
/// let progress = Progress::new();
/// let mut trainer = Trainer::new(Line::default())
///     .epochs(3)
///     .state(progress.printer())
/// #   ;
/// # #[cfg(feature = "json")]
/// # let mut trainer = trainer
///     .callback(JsonLines::new(progress.printer()))
/// #   ;
/// # let mut trainer = trainer
///     .on(Fit::on_epoch_begin, |printer: &Printer, epoch: &Epoch| printer.println(format!("epoch {epoch} begins")))
///     .callback(progress);
/// assert!(trainer.fit(vec![Points(vec![(1.0, 2.0)])])?.outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
pub struct Printer {
    screen: Arc<Mutex<Screen>>,
    /// The bytes of a line whose end is not written yet.
    partial: Vec<u8>,
}

impl Printer {
    pub(super) fn new(screen: Screen) -> Self {
        Self::of(Arc::new(Mutex::new(screen)))
    }

    fn of(screen: Arc<Mutex<Screen>>) -> Self {
        Self {
            screen,
            partial: Vec::new(),
        }
    }

    /// Prints one or more lines.
    ///
    /// ```
    /// # use callbacks::shelf::Progress;
    /// let progress = Progress::lines(std::io::stdout());
    /// progress.printer().println("the data is loaded");
    /// ```
    pub fn println(&self, text: impl AsRef<str>) {
        self.screen().println(text.as_ref());
    }

    /// Hides the bar while a closure runs, for code that prints by other means. The closure may use this printer, too.
    ///
    /// ```
    /// # use callbacks::shelf::Progress;
    /// let printer = Progress::new().printer();
    /// let answer = printer.suspend(|| {
    ///     println!("to be or not to be");
    ///     6 * 7
    /// });
    /// assert_eq!(answer, 42);
    /// ```
    pub fn suspend<R>(&self, print: impl FnOnce() -> R) -> R {
        /// Shows the bar again, also if the closure panics.
        struct Resume<'p>(&'p Printer);
        impl Drop for Resume<'_> {
            fn drop(&mut self) {
                self.0.screen().resume();
            }
        }
        self.screen().suspend();
        let _resume = Resume(self);
        print()
    }

    /// Locks the screen. No user code runs while it is locked.
    pub(super) fn screen(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Printer {
    fn clone(&self) -> Self {
        Self::of(self.screen.clone())
    }
}

/// Prints a line when its end is written, or when the printer is dropped.
impl Write for Printer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.partial.extend_from_slice(bytes);
        if let Some(end) = self.partial.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.partial.split_off(end + 1);
            let lines = std::mem::replace(&mut self.partial, rest);
            self.println(String::from_utf8_lossy(&lines[..end]));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Printer {
    fn drop(&mut self) {
        if !self.partial.is_empty() {
            self.println(String::from_utf8_lossy(&self.partial));
        }
    }
}

impl fmt::Debug for Printer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Printer").finish_non_exhaustive()
    }
}
