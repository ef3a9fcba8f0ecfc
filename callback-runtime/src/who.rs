//! Whom an order, a requirement or a conflict names.

use crate::callback::short_type_name;
use std::any::{TypeId, type_name};
use std::borrow::Cow;
use std::fmt;

/// Callbacks, as others name them: all of a type, all of a group, or the one of a name.
///
/// A group is a type that callbacks put themselves into with `group(…)`: `Who::of` finds both. A text is a name.
///
/// ```
/// use callbacks::Who;
/// use callbacks::prelude::*;
///
/// /// The group of those that measure.
/// struct Measures;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, || {}).named("print").after(Who::of::<Measures>());
/// plan.on(Fit::on_epoch_end, || {}).named("norm").group::<Measures>();
/// plan.on(Fit::on_epoch_end, || {}).named("first").before("norm");
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["first", "norm", "print"]);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Who(Named);

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Named {
    /// A type, or a group.
    Type {
        id: TypeId,
        full_name: &'static str,
    },
    Name(Cow<'static, str>),
}

impl Who {
    /// The callbacks of type `T`, and those of the group `T`.
    ///
    /// ```
    /// # use callbacks::Who;
    /// struct Measures;
    ///
    /// assert_eq!(Who::of::<Measures>().to_string(), "Measures");
    /// assert_eq!(Who::from("the log").to_string(), "the log");
    /// ```
    pub fn of<T: ?Sized + 'static>() -> Self {
        Self(Named::Type {
            id: TypeId::of::<T>(),
            full_name: type_name::<T>(),
        })
    }

    pub(crate) fn named(&self) -> &Named {
        &self.0
    }
}

/// What says whom an order, a requirement or a conflict is about: a [`Who`], or a text, which is a name.
///
/// ```
/// use callbacks::{IntoWho, Who};
///
/// struct Measures;
///
/// assert_eq!("the log".into_who(), Who::from("the log"));
/// assert_eq!(Who::of::<Measures>().into_who(), Who::of::<Measures>());
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which callbacks are meant",
    label = "not a way to name callbacks",
    note = "write `Who::of::<T>()` for the callbacks of the type or the group `T`, or `\"loss\"` for the one of that name"
)]
pub trait IntoWho {
    /// Those who are meant.
    fn into_who(self) -> Who;
}

impl IntoWho for Who {
    fn into_who(self) -> Who {
        self
    }
}

impl IntoWho for &'static str {
    fn into_who(self) -> Who {
        self.into()
    }
}

impl IntoWho for String {
    fn into_who(self) -> Who {
        self.into()
    }
}

impl From<&'static str> for Who {
    fn from(name: &'static str) -> Self {
        Self(Named::Name(name.into()))
    }
}

impl From<String> for Who {
    fn from(name: String) -> Self {
        Self(Named::Name(name.into()))
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Named::Type { full_name, .. } => f.write_str(&short_type_name(full_name)),
            Named::Name(name) => f.write_str(name),
        }
    }
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Who({self})")
    }
}
