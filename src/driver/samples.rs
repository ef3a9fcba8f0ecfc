//! The samples of the attempt under way.

/// The samples of the attempt under way, drawn or injected. It is empty before sampling and after the update of the parameters, because
/// the samples belong to the old parameters.
///
/// If a handler sets it at `on_compute_update_start`, no samples are drawn.
///
/// ```
/// use callbacks::prelude::*;
/// # use doc_models::{Draws, Well};
///
/// let mut driver = VariationalDriver::new(Well { x: 1.0 }).on(
///     Driver::on_compute_update_start,
///     |samples: &mut Samples<Draws>| { samples.set(Draws(vec![4.0])); },
/// );
/// assert!(driver.run(1)?.is_finished());
/// assert_eq!(driver.driven().x, -1.0);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Samples<S>(Option<S>);

impl<S> Samples<S> {
    /// Returns the samples.
    ///
    /// ```
    /// # use callbacks::driver::Samples;
    /// let mut samples = Samples::default();
    /// assert_eq!(samples.get(), None);
    /// samples.set([0.5, 0.25]);
    /// assert_eq!(samples.get(), Some(&[0.5, 0.25]));
    /// ```
    pub const fn get(&self) -> Option<&S> {
        self.0.as_ref()
    }

    /// Sets the samples, and returns the ones before.
    ///
    /// ```
    /// # use callbacks::driver::Samples;
    /// let mut samples = Samples::default();
    /// assert_eq!(samples.set("drawn"), None);
    /// assert_eq!(samples.set("injected"), Some("drawn"));
    /// ```
    pub const fn set(&mut self, samples: S) -> Option<S> {
        self.0.replace(samples)
    }

    /// Whether there are no samples.
    ///
    /// ```
    /// # use callbacks::driver::Samples;
    /// let mut samples = Samples::default();
    /// assert!(samples.is_empty());
    /// samples.set(0.5);
    /// assert!(!samples.is_empty());
    /// ```
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn clear(&mut self) {
        self.0 = None;
    }

    /// Returns the samples, which `draw` draws if there are none.
    pub(super) fn get_or_draw<E>(&mut self, draw: impl FnOnce() -> Result<S, E>) -> Result<&S, E> {
        match &mut self.0 {
            Some(samples) => Ok(samples),
            none => Ok(none.insert(draw()?)),
        }
    }
}

impl<S> Default for Samples<S> {
    fn default() -> Self {
        Self(None)
    }
}
