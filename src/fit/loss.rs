//! The loss of a batch, and the mean loss of a pass. Both are read from the device as late as possible.

use callback_runtime::BoxError;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The loss of a batch: a scalar that is read once, when its value is needed.
///
/// On an accelerator, reading it waits for the device. A handler that does not use the value does not wait.
///
/// ```
/// use callbacks::fit::Loss;
///
/// let on_host = Loss::from(0.25);
/// let on_device = Loss::lazy(|| Ok::<_, std::io::Error>(0.25));
/// assert!(!on_device.is_read());
/// assert_eq!(on_host.value(), on_device.value());
/// assert!(on_device.is_read());
/// assert_eq!(format!("{on_device:.3}"), "0.250");
/// ```
#[derive(Debug, Clone)]
pub struct Loss(Source);

#[derive(Debug, Clone)]
enum Source {
    Ready(f64),
    Lazy(Arc<Lazy>),
}

struct Lazy {
    /// The value, or why it could not be read; empty until it is read.
    result: OnceLock<Result<f64, String>>,
    /// Reads the value; `None` from then on.
    read: Mutex<Option<Read>>,
}

type Read = Box<dyn FnOnce() -> Result<f64, BoxError> + Send>;

impl Loss {
    /// Creates a loss that calls `read` when its value is needed, at most once. Clones share the value.
    ///
    /// ```
    /// # use callbacks::fit::Loss;
    /// # let device = std::thread::spawn(|| 0.25);
    /// let loss = Loss::lazy(move || device.join().map_err(|_| "the device is lost"));
    /// assert_eq!(loss.value(), 0.25);
    /// ```
    pub fn lazy<E: Into<BoxError>>(read: impl FnOnce() -> Result<f64, E> + Send + 'static) -> Self {
        Self(Source::Lazy(Arc::new(Lazy {
            result: OnceLock::new(),
            read: Mutex::new(Some(Box::new(|| read().map_err(E::into)))),
        })))
    }

    /// Returns the loss. NaN if it could not be read: [`error`](Self::error) says why, and the run fails.
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
            Source::Lazy(lazy) => lazy.result.get().is_some(),
        }
    }

    /// Returns why the loss could not be read; `None` if it was read, or has not been needed yet.
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
            Source::Lazy(lazy) => lazy.result.get()?.as_ref().err().map(String::as_str),
        }
    }
}

impl Lazy {
    fn read(&self) -> &Result<f64, String> {
        self.result.get_or_init(|| {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            let read = read.take();
            match read {
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

impl From<f32> for Loss {
    fn from(value: f32) -> Self {
        Self::from(f64::from(value))
    }
}

impl fmt::Debug for Lazy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.result.fmt(f)
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

/// A mean of losses that reads them at the end.
#[derive(Debug, Default)]
pub(super) struct MeanLoss {
    sum: f64,
    samples: f64,
    /// The losses that are not in the sum yet, in order, with their numbers of samples.
    unread: Vec<(Loss, f64)>,
}

impl MeanLoss {
    /// Adds the loss of a batch. The loss of a batch without samples is ignored and not read, because `0 × NaN` would be NaN.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a batch has fewer than 2^53 samples"
    )]
    pub(super) fn add(&mut self, loss: Loss, samples: u64) {
        if samples == 0 {
            return;
        }
        let samples = samples as f64;
        if self.unread.is_empty() && loss.is_read() && loss.error().is_none() {
            self.add_to_sum(&loss, samples);
        } else {
            self.unread.push((loss, samples));
        }
    }

    /// Reads the losses and returns their mean over samples; `None` without samples.
    pub(super) fn finish(mut self) -> Result<Option<f64>, String> {
        for (loss, samples) in std::mem::take(&mut self.unread) {
            self.add_to_sum(&loss, samples);
            if let Some(error) = loss.error() {
                return Err(error.to_owned());
            }
        }
        Ok((self.samples > 0.0).then(|| self.sum / self.samples))
    }

    /// The mean of losses whose sum, over this many samples, was saved.
    pub(super) fn of_sums(sum: f64, samples: f64) -> Self {
        Self {
            sum,
            samples,
            unread: Vec::new(),
        }
    }

    /// Returns the sum of the losses, each times its samples, and the number of samples. Reads the losses, up to one that cannot be read:
    /// [`finish`](Self::finish) fails then.
    pub(super) fn sums(&mut self) -> (f64, f64) {
        let unread = std::mem::take(&mut self.unread);
        let mut unread = unread.into_iter();
        for (loss, samples) in unread.by_ref() {
            let value = loss.value();
            if loss.error().is_some() {
                self.unread.push((loss, samples));
                break;
            }
            self.sum += value * samples;
            self.samples += samples;
        }
        self.unread.extend(unread);
        (self.sum, self.samples)
    }

    fn add_to_sum(&mut self, loss: &Loss, samples: f64) {
        self.sum += loss.value() * samples;
        self.samples += samples;
    }
}

#[cfg(test)]
mod tests {
    use super::{Loss, MeanLoss};

    #[test]
    fn the_mean_is_over_samples_and_reads_at_the_end() {
        let mut mean = MeanLoss::default();
        let lazy = Loss::lazy(|| Ok::<_, std::io::Error>(4.0));
        mean.add(Loss::from(1.0), 3);
        mean.add(lazy.clone(), 1);
        assert!(!lazy.is_read());
        assert_eq!(mean.finish(), Ok(Some(1.75)));
        assert!(lazy.is_read());
    }

    #[test]
    fn the_mean_fails_with_the_error_of_a_loss_that_cannot_be_read() {
        for is_read_before in [false, true] {
            let lost = Loss::lazy(|| Err::<f64, _>("device lost"));
            assert!(!is_read_before || lost.value().is_nan());
            let mut mean = MeanLoss::default();
            mean.add(lost, 1);
            assert_eq!(mean.finish(), Err("device lost".into()));
        }
        assert_eq!(MeanLoss::default().finish(), Ok(None));
    }

    #[test]
    fn the_loss_of_a_batch_without_samples_is_ignored_and_not_read() {
        let unread = Loss::lazy(|| Err::<f64, _>("device lost"));
        for loss in [Loss::from(f64::NAN), Loss::from(f64::INFINITY), unread] {
            let mut mean = MeanLoss::default();
            mean.add(loss.clone(), 0);
            mean.add(Loss::from(4.0), 3);
            mean.add(loss.clone(), 0);
            assert_eq!(mean.finish(), Ok(Some(4.0)), "{loss:?}");
            let mut mean = MeanLoss::default();
            mean.add(loss, 0);
            assert_eq!(mean.finish(), Ok(None));
        }
    }
}
