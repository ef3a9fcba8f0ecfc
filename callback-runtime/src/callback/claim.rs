//! What one callback of a plan does alone.

use std::borrow::Cow;

/// What one callback of a plan does alone, such as recording a name: [`CallbackInfo::claims`](crate::CallbackInfo::claims).
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::{CallbackInfo, Claim};
///
/// struct Anneal {
///     start: f64,
/// }
///
/// impl Anneal {
///     fn declare(&self, info: CallbackInfo) -> CallbackInfo {
///         info.claims(Claim::new("sets the temperature", "attach one"))
///     }
/// }
///
/// #[callback(register = false, declare = Self::declare)]
/// impl Anneal {
///     fn on_epoch_begin(&self, epoch: &Epoch) { println!("{}", self.start / epoch.get() as f64); }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Anneal { start: 1.0 });
/// plan.add(Anneal { start: 2.0 });
/// let error = plan.check(&State::new()).unwrap_err();
/// assert!(error.to_string().contains("sets the temperature, too"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    deed: Cow<'static, str>,
    /// The one that the deed is limited to, such as an optimiser; `None` for all.
    of: Option<Cow<'static, str>>,
    remedy: Cow<'static, str>,
}

impl Claim {
    /// Claims a deed, such as "sets the learning rate". `remedy` says what to write where two callbacks claim it.
    ///
    /// ```
    /// # use callbacks::{CallbackInfo, Claim};
    /// # let info = CallbackInfo::of::<String>();
    /// info.claims(Claim::new("records `accuracy`", "give one of them another name"));
    /// ```
    pub fn new(deed: impl Into<Cow<'static, str>>, remedy: impl Into<Cow<'static, str>>) -> Self {
        Self {
            deed: deed.into(),
            of: None,
            remedy: remedy.into(),
        }
    }

    /// Limits the claim to the one of this name, such as an optimiser. A claim without a name is for all of them.
    ///
    /// ```
    /// # use callbacks::{CallbackInfo, Claim};
    /// # let info = CallbackInfo::of::<String>();
    /// info.claims(Claim::new("sets the learning rate", "give each an optimiser of its own with `.of(…)`").of("critic"));
    /// ```
    pub fn of(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.of = Some(name.into());
        self
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        let is_apart = self
            .of
            .as_ref()
            .zip(other.of.as_ref())
            .is_some_and(|(one, other)| one != other);
        self.deed == other.deed && !is_apart
    }

    pub(crate) fn deed(&self) -> &str {
        &self.deed
    }

    pub(crate) fn remedy(&self) -> &str {
        &self.remedy
    }
}
