//! How others print while a bar is on the terminal.

use super::screen::Screen;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Prints without tearing the bar of a [`Progress`](super::Progress): what is printed stands above it. Where progress is plain lines
/// it writes a line among them.
///
/// It is a handle: clones print to the same place, from any thread. Handlers get it as a field of their callback, or as state; what
/// wants a [`Write`] gets it as one, such as a logger of the shelf or of a log.
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
    /// What was written of a line that is not whole yet.
    partial: Vec<u8>,
}

impl Printer {
    pub(super) fn of(screen: Screen) -> Self {
        Self::on(Arc::new(Mutex::new(screen)))
    }

    fn on(screen: Arc<Mutex<Screen>>) -> Self {
        Self {
            screen,
            partial: Vec::new(),
        }
    }

    /// Prints a line, or several.
    ///
    /// ```
    /// # use callbacks::shelf::Progress;
    /// let progress = Progress::lines(std::io::stdout());
    /// progress.printer().println("the data is there");
    /// ```
    pub fn println(&self, text: impl AsRef<str>) {
        self.screen().println(text.as_ref());
    }

    /// Runs a closure while the bar is out of the way, for code that prints in a way of its own. The closure may print with
    /// this printer, too.
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
        /// Brings the bar back, whatever the closure does.
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

    /// The screen. No user code runs while it is locked.
    pub(super) fn screen(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clone for Printer {
    fn clone(&self) -> Self {
        Self::on(self.screen.clone())
    }
}

/// A line is printed when it is complete, or when the last clone of the printer is dropped.
impl Write for Printer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.partial.extend_from_slice(bytes);
        if let Some(end) = self.partial.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.partial.split_off(end + 1);
            let whole = std::mem::replace(&mut self.partial, rest);
            self.println(String::from_utf8_lossy(&whole[..end]));
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
