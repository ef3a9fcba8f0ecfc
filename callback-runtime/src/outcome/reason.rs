//! [`Reason`], why a callback stops or interrupts a run.

use crate::outcome::dispose;
use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Why a callback stops or interrupts a run: a text or, with [`Flow::stop_with`](crate::Flow::stop_with), a value that has a text.
///
/// ```
/// use callbacks::Reason;
///
/// let reason = Reason::from("the loss is NaN");
/// assert_eq!(reason.text(), "the loss is NaN");
/// assert_eq!(reason.value::<f64>(), None);
/// ```
#[derive(Clone)]
pub struct Reason(Source);

#[derive(Clone)]
enum Source {
    Text(Cow<'static, str>),
    Value(Arc<TypedReason>),
}

struct TypedReason {
    text: String,
    /// The value; `None` while it is dropped.
    value: Option<Box<dyn Any + Send + Sync>>,
}

impl Reason {
    pub(crate) fn of_value<R: fmt::Display + Send + Sync + 'static>(value: R) -> Self {
        Self(Source::Value(Arc::new(TypedReason {
            text: value.to_string(),
            value: Some(Box::new(value)),
        })))
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        match &self.0 {
            Source::Text(text) => text,
            Source::Value(typed) => &typed.text,
        }
    }

    /// Returns the value, if it has the type `R`.
    ///
    /// ```
    /// use callbacks::prelude::*;
    ///
    /// let flow = Flow::stop_with(0.5);
    /// let Flow::Stop(reason) = flow else { unreachable!() };
    /// assert_eq!((reason.value::<f64>(), reason.value::<u64>()), (Some(&0.5), None));
    /// ```
    pub fn value<R: 'static>(&self) -> Option<&R> {
        self.any()?.downcast_ref()
    }

    fn any(&self) -> Option<&(dyn Any + Send + Sync)> {
        match &self.0 {
            Source::Text(_) => None,
            Source::Value(typed) => typed.value.as_deref(),
        }
    }

    fn type_id(&self) -> Option<TypeId> {
        self.any().map(Any::type_id)
    }
}

impl Drop for TypedReason {
    /// The destructor of the value may panic where the run drops a stop.
    fn drop(&mut self) {
        dispose(self.value.take(), "the reason of a stop");
    }
}

impl From<&'static str> for Reason {
    fn from(text: &'static str) -> Self {
        Self(Source::Text(text.into()))
    }
}

impl From<String> for Reason {
    fn from(text: String) -> Self {
        Self(Source::Text(text.into()))
    }
}

impl From<Cow<'static, str>> for Reason {
    fn from(text: Cow<'static, str>) -> Self {
        Self(Source::Text(text))
    }
}

/// Two reasons are equal if their texts and the types of their values are.
impl PartialEq for Reason {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text() && self.type_id() == other.type_id()
    }
}

impl Eq for Reason {}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text(), f)
    }
}
