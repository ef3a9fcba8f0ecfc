//! A name in the record under which a callback puts a value.

use crate::loops::{At, BreakpointId, Loop};
use crate::record::covers;
use std::borrow::Cow;

/// The name of a value that a callback puts into the [`Record`](crate::Record). A text is one:
/// [`produces("accuracy")`](crate::CallbackInfo::produces).
///
/// ```
/// use callbacks::prelude::*;
/// use callbacks::{CallbackInfo, ProducedName};
///
/// struct Scores;
///
/// impl Scores {
///     fn declare(&self, info: CallbackInfo) -> CallbackInfo {
///         info.produces(ProducedName::new("valid_scores").at(Fit::on_valid_end).of_parts("0"))
///     }
/// }
///
/// #[callback(register = false, declare = Self::declare)]
/// impl Scores {
///     fn on_valid_end(&self, record: &mut Record) {
///         record.set("valid_scores.0", 0.5);
///         record.set("valid_scores.1", 0.75);
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProducedName {
    name: Cow<'static, str>,
    /// The breakpoint at which the value is put there; `None` if it is not known.
    at: Option<BreakpointId>,
    /// A part of the value, if only its parts are numbers.
    part: Option<Cow<'static, str>>,
}

impl ProducedName {
    /// The name of a value that is put into the record at some rounds at least.
    ///
    /// ```
    /// # use callbacks::{CallbackInfo, ProducedName};
    /// # let info = CallbackInfo::of::<String>();
    /// info.produces(ProducedName::new("accuracy"));
    /// ```
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        let name = name.into();
        Self {
            name,
            at: None,
            part: None,
        }
    }

    /// Says where the value is put into the record. A run that does not fire this breakpoint does not have it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::{CallbackInfo, ProducedName};
    /// # let info = CallbackInfo::of::<String>();
    /// info.produces(ProducedName::new("valid_accuracy").at(Fit::on_valid_end));
    /// ```
    pub const fn at<L: Loop, A>(mut self, at: At<L, A>) -> Self {
        self.at = Some(at.breakpoint().id());
        self
    }

    /// Says that only parts of the value are numbers, such as `f1.0`. `example` is one of them, such as `0`. Monitoring the name without a part is a
    /// problem of the plan.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use callbacks::shelf::EarlyStopping;
    /// # use callbacks::ProducedName;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.expect(|availability| availability.records(["train_loss"]));
    /// plan.on(Fit::on_epoch_end, |record: &mut Record| record.set("f1.0", 0.5)).produces(ProducedName::new("f1").of_parts("0"));
    /// plan.add(EarlyStopping::maximize("f1"));
    /// let error = plan.check(&State::new()).unwrap_err();
    /// assert_eq!(error.problems()[0].hint(), Some("monitor one of them, such as `f1.0`"));
    /// ```
    pub fn of_parts(mut self, example: impl Into<Cow<'static, str>>) -> Self {
        self.part = Some(example.into());
        self
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the breakpoint at which the value is put into the record, if it is known.
    pub(crate) fn breakpoint(&self) -> Option<BreakpointId> {
        self.at
    }

    /// Whether the value has the number called `name`: it is the number, or a part of the value.
    pub(crate) fn has_number(&self, name: &str) -> bool {
        covers(&self.name, name) && (self.part.is_none() || self.name.len() < name.len())
    }

    /// Returns the name of one number, if only parts of the value are numbers.
    pub(crate) fn example(&self) -> Option<String> {
        let part = self.part.as_ref()?;
        Some(format!("{}.{part}", self.name))
    }
}

impl<N: Into<Cow<'static, str>>> From<N> for ProducedName {
    fn from(name: N) -> Self {
        Self::new(name)
    }
}
