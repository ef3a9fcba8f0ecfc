//! How an order, a requirement or a conflict names a callback.

use crate::callback::short_type_name;
use std::any::{TypeId, type_name};
use std::borrow::Cow;
use std::fmt;

/// Callbacks, as others name them: all of a type, all of a group, or the one of a name.
///
/// A group is a type that callbacks put themselves into with `group(…)`: `CallbackRef::of` finds both. A text is a name.
///
/// ```
/// use callbacks::CallbackRef;
/// use callbacks::prelude::*;
///
/// /// The group of those that measure.
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

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum RefTarget {
    /// A type, or a group.
    Type {
        id: TypeId,
        full_name: &'static str,
    },
    Name(Cow<'static, str>),
}

impl CallbackRef {
    /// The callbacks of type `T`, and those of the group `T`.
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

/// What names callbacks in an order, a requirement or a conflict: a [`CallbackRef`], or a text, which is a name.
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
    /// The callbacks that are named.
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
        write!(f, "Who({self})")
    }
}
