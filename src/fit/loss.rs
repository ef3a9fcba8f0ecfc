//! The loss of a batch, read from its device only on demand.

use callback_runtime::BoxError;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The loss of a batch: a scalar that is read when it is asked for, and once.
///
/// On an accelerator reading it waits for the device. A handler that does not look at it does not wait.
///
/// ```
/// use callbacks::fit::Loss;
///
/// let here = Loss::from(0.25);
/// let there = Loss::lazy(|| Ok::<_, std::io::Error>(0.25));
/// assert!(!there.is_read());
/// assert_eq!(here.value(), there.value());
/// assert!(there.is_read());
/// assert_eq!(format!("{there:.3}"), "0.250");
/// ```
#[derive(Debug, Clone)]
pub struct Loss(Source);

#[derive(Debug, Clone)]
enum Source {
    Ready(f64),
    Lazy(Arc<Lazy>),
}

struct Lazy {
    read: OnceLock<Result<f64, String>>,
    source: Mutex<Option<Read>>,
}

type Read = Box<dyn FnOnce() -> Result<f64, BoxError> + Send>;

impl Loss {
    /// A loss that `read` fetches when it is asked for, at most once. Clones share what was read.
    ///
    /// ```
    /// # use callbacks::fit::Loss;
    /// # let device = std::thread::spawn(|| 0.25);
    /// let loss = Loss::lazy(move || device.join().map_err(|_| "the device is lost"));
    /// assert_eq!(loss.value(), 0.25);
    /// ```
    pub fn lazy<E: Into<BoxError>>(read: impl FnOnce() -> Result<f64, E> + Send + 'static) -> Self {
        Self(Source::Lazy(Arc::new(Lazy {
            read: OnceLock::new(),
            source: Mutex::new(Some(Box::new(|| read().map_err(E::into)))),
        })))
    }

    /// The loss. NaN if it could not be read: [`error`](Self::error) tells why, and the loop fails for it.
    ///
    /// ```
    /// # use callbacks::fit::Loss;
    /// assert_eq!(Loss::from(0.25).value(), 0.25);
    /// assert!(Loss::lazy(|| Err("the device is lost")).value().is_nan());
    /// ```
    pub fn value(&self) -> f64 {
        match &self.0 {
            Source::Ready(value) => *value,
            Source::Lazy(lazy) => lazy.read().as_ref().copied().unwrap_or(f64::NAN),
        }
    }

    /// Whether it has been read, with or without success.
    ///
    /// ```
    /// # use callbacks::fit::Loss;
    /// let loss = Loss::lazy(|| Err("the device is lost"));
    /// assert!(!loss.is_read());
    /// println!("{loss}");
    /// assert!(loss.is_read());
    /// ```
    pub fn is_read(&self) -> bool {
        match &self.0 {
            Source::Ready(_) => true,
            Source::Lazy(lazy) => lazy.read.get().is_some(),
        }
    }

    /// Why it could not be read; `None` if it was, or was not asked for.
    ///
    /// ```
    /// # use callbacks::fit::Loss;
    /// let loss = Loss::lazy(|| Err("the device is lost"));
    /// assert_eq!(loss.error(), None);
    /// assert!(loss.value().is_nan());
    /// assert_eq!(loss.error(), Some("the device is lost"));
    /// ```
    pub fn error(&self) -> Option<&str> {
        match &self.0 {
            Source::Ready(_) => None,
            Source::Lazy(lazy) => lazy.read.get()?.as_ref().err().map(String::as_str),
        }
    }
}

impl Lazy {
    fn read(&self) -> &Result<f64, String> {
        self.read.get_or_init(|| {
            let source = self
                .source
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            match source {
                Some(read) => read().map_err(|error| error.to_string()),
                None => Err("reading the loss panicked before".into()),
            }
        })
    }
}

impl From<f64> for Loss {
    fn from(value: f64) -> Self {
        Self(Source::Ready(value))
    }
}

impl fmt::Debug for Lazy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read.fmt(f)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

/// A mean of losses that does not read them before it must.
#[derive(Debug, Default)]
pub(super) struct MeanLoss {
    sum: f64,
    samples: f64,
    /// Not read yet, in order.
    waiting: Vec<(Loss, f64)>,
}

impl MeanLoss {
    /// Adds the loss of so many samples. The loss of no sample is no number to be weighed (`0 × NaN` is NaN), and is left out unread.
    pub(super) fn add(&mut self, loss: Loss, samples: f64) {
        if samples == 0.0 {
            return;
        }
        if self.waiting.is_empty() && loss.is_read() && loss.error().is_none() {
            self.take_in(&loss, samples);
        } else {
            self.waiting.push((loss, samples));
        }
    }

    /// The mean over samples, `None` without any. Reads what is waiting.
    pub(super) fn finish(mut self) -> Result<Option<f64>, String> {
        for (loss, samples) in std::mem::take(&mut self.waiting) {
            self.take_in(&loss, samples);
            if let Some(error) = loss.error() {
                return Err(error.to_owned());
            }
        }
        Ok((self.samples > 0.0).then(|| self.sum / self.samples))
    }

    fn take_in(&mut self, loss: &Loss, samples: f64) {
        self.sum += loss.value() * samples;
        self.samples += samples;
    }
}

#[cfg(test)]
mod tests {
    use super::{Loss, MeanLoss};

    #[test]
    fn the_mean_is_over_samples_and_reads_last() {
        let mut mean = MeanLoss::default();
        let lazy = Loss::lazy(|| Ok::<_, std::io::Error>(4.0));
        mean.add(Loss::from(1.0), 3.0);
        mean.add(lazy.clone(), 1.0);
        assert!(!lazy.is_read());
        assert_eq!(mean.finish(), Ok(Some(1.75)));
        assert!(lazy.is_read());
    }

    #[test]
    fn a_loss_that_cannot_be_read_says_why_whichever_handler_reads_it_first() {
        for is_read_before in [false, true] {
            let lost = Loss::lazy(|| Err::<f64, _>("device lost"));
            assert!(!is_read_before || lost.value().is_nan());
            let mut mean = MeanLoss::default();
            mean.add(lost, 1.0);
            assert_eq!(mean.finish(), Err("device lost".into()));
        }
        assert_eq!(MeanLoss::default().finish(), Ok(None));
    }

    #[test]
    fn the_loss_of_no_sample_changes_nothing_and_is_not_read() {
        let unread = Loss::lazy(|| Err::<f64, _>("device lost"));
        for of_none in [Loss::from(f64::NAN), Loss::from(f64::INFINITY), unread] {
            let mut mean = MeanLoss::default();
            mean.add(of_none.clone(), 0.0);
            mean.add(Loss::from(4.0), 3.0);
            mean.add(of_none.clone(), 0.0);
            assert_eq!(mean.finish(), Ok(Some(4.0)), "{of_none:?}");
            let mut mean = MeanLoss::default();
            mean.add(of_none, 0.0);
            assert_eq!(mean.finish(), Ok(None));
        }
    }
}
