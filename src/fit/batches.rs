//! The data of a fit.

use callback_runtime::BoxError;
use callback_runtime::persist::Fields;

/// A source of batches. Each pass calls it once.
///
/// A vector of batches is a source, and so is a closure that returns something to iterate over. Its argument is the epoch, from 1, or 0
/// outside of a fit:
///
/// ```
/// use callbacks::fit::Batches;
///
/// let mut shuffled = |epoch: u64| (0..3).map(move |batch| vec![epoch, batch]);
/// assert_eq!(shuffled.batches(1).count(), 3);
///
/// let mut fixed = vec!["first", "second"];
/// assert_eq!(fixed.batches(1).next().unwrap().unwrap(), "first");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no source of the batches `{B}`",
    label = "a fit asks this for the batches of each pass",
    note = "a `Vec<{B}>` is a source if `{B}` is `Clone`, because each pass clones its batches; write `#[derive(Clone)]`",
    note = "a closure of the epoch that returns something to iterate over is a source without `Clone`, as in `|epoch: u64| read_batches(epoch)`"
)]
pub trait Batches<B: 'static> {
    /// Returns the batches of one pass. An `Err` among them fails the run.
    fn batches(&mut self, epoch: u64) -> Box<dyn Iterator<Item = Result<B, BoxError>> + '_>;

    /// Returns the number of batches of each pass, if it is known before a run; `None` by default. A source without a batch is then a problem of
    /// the plan. Otherwise the [outcome](callback_runtime::Outcome::remarks) tells of each pass without a batch.
    ///
    /// ```
    /// use callbacks::fit::Batches;
    ///
    /// assert_eq!(vec!["first", "second"].known_len(), Some(2));
    /// ```
    fn known_len(&self) -> Option<u64> {
        None
    }

    /// Names what a saved run has of the source, such as its random numbers; nothing by default. A source whose batches are a function of the
    /// epoch needs none: a run that continues asks for the batches of the same epoch, and skips those that were made. A source that goes on
    /// from its last pass names what it remembers where a pass begins.
    ///
    /// ```
    /// use callbacks::BoxError;
    /// use callbacks::fit::Batches;
    /// use callbacks::persist::Fields;
    ///
    /// /// Draws the batches of a pass with random numbers that go on from the last one.
    /// struct Draws {
    ///     seed: u64,
    /// }
    ///
    /// impl Batches<f64> for Draws {
    ///     fn batches(&mut self, _: u64) -> Box<dyn Iterator<Item = Result<f64, BoxError>> + '_> {
    ///         Box::new((0..4).map(|_| {
    ///             self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    ///             Ok((self.seed >> 33) as f64)
    ///         }))
    ///     }
    ///
    ///     fn persist_fields(&mut self, fields: &mut Fields<'_>) {
    ///         fields.field("seed", &mut self.seed);
    ///     }
    /// }
    /// ```
    fn persist_fields(&mut self, _fields: &mut Fields<'_>) {}
}

impl<B: Clone + 'static> Batches<B> for Vec<B> {
    fn batches(&mut self, _: u64) -> Box<dyn Iterator<Item = Result<B, BoxError>> + '_> {
        Box::new(self.iter().cloned().map(Ok))
    }

    fn known_len(&self) -> Option<u64> {
        self.len().try_into().ok()
    }
}

impl<B, I, F> Batches<B> for F
where
    B: 'static,
    F: FnMut(u64) -> I,
    I: IntoIterator<Item = B>,
    I::IntoIter: 'static,
{
    fn batches(&mut self, epoch: u64) -> Box<dyn Iterator<Item = Result<B, BoxError>> + '_> {
        Box::new(self(epoch).into_iter().map(Ok))
    }
}
