//! [`CallbackRef`], with which orders, requirements and conflicts name callbacks.

use crate::callback::short_type_name;
use std::any::{TypeId, type_name};
use std::borrow::Cow;
use std::fmt;

/// A reference to callbacks: to all of a type, to all of a group, or to the one with a name.
///
/// A group is named by a type, too: callbacks join it with `group(…)`, and [`CallbackRef::of`] finds both. A string is a name.
///
/// ```
/// use callbacks::CallbackRef;
/// use callbacks::prelude::*;
///
/// /// The group of callbacks that measure.
/// struct Measures;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("print").after(CallbackRef::of::<Measures>());
/// plan.on(Fit::on_epoch_end, || {}).named("norm").group::<Measures>();
/// plan.on(Fit::on_epoch_end, || {}).named("first").before("norm");
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["first", "norm", "print"]);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CallbackRef(RefTarget);

/// The callbacks that a reference finds.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum RefTarget {
    /// The callbacks of a type, and those of a group.
    Type { id: TypeId, full_name: &'static str },
    /// The callback with a name.
    Name(Cow<'static, str>),
}

impl CallbackRef {
    /// Refers to the callbacks of type `T`, and to those of the group `T`.
    ///
    /// ```
    /// # use callbacks::CallbackRef;
    /// struct Measures;
    ///
    /// assert_eq!(CallbackRef::of::<Measures>().to_string(), "Measures");
    /// assert_eq!(CallbackRef::from("the log").to_string(), "the log");
    /// ```
    pub fn of<T: ?Sized + 'static>() -> Self {
        Self(RefTarget::Type {
            id: TypeId::of::<T>(),
            full_name: type_name::<T>(),
        })
    }

    pub(crate) fn target(&self) -> &RefTarget {
        &self.0
    }
}

/// A value that names callbacks in an order, a requirement or a conflict: a [`CallbackRef`], or a string, which is the name of a callback.
///
/// ```
/// use callbacks::{IntoCallbackRef, CallbackRef};
///
/// struct Measures;
///
/// assert_eq!("the log".into_callback_ref(), CallbackRef::from("the log"));
/// assert_eq!(CallbackRef::of::<Measures>().into_callback_ref(), CallbackRef::of::<Measures>());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which callbacks are meant",
    label = "not a way to name callbacks",
    note = "write `CallbackRef::of::<T>()` for the callbacks of the type or the group `T`, or `\"loss\"` for the one of that name"
)]
pub trait IntoCallbackRef {
    /// Returns the reference.
    fn into_callback_ref(self) -> CallbackRef;
}

impl IntoCallbackRef for CallbackRef {
    fn into_callback_ref(self) -> CallbackRef {
        self
    }
}

impl IntoCallbackRef for &'static str {
    fn into_callback_ref(self) -> CallbackRef {
        self.into()
    }
}

impl IntoCallbackRef for String {
    fn into_callback_ref(self) -> CallbackRef {
        self.into()
    }
}

impl From<&'static str> for CallbackRef {
    fn from(name: &'static str) -> Self {
        Self(RefTarget::Name(name.into()))
    }
}

impl From<String> for CallbackRef {
    fn from(name: String) -> Self {
        Self(RefTarget::Name(name.into()))
    }
}

impl fmt::Display for CallbackRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            RefTarget::Type { full_name, .. } => f.write_str(&short_type_name(full_name)),
            RefTarget::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Debug for CallbackRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallbackRef({self})")
    }
}
