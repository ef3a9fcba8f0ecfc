//! Callbacks: values with handlers.

mod answer_if;
mod by_default;
mod callback_ref;
mod handler_list;
mod handler_ref;
mod handlers;
mod ids;
mod location;
mod method;
mod registry;
mod relations;

pub use answer_if::{AnswerIf, answer_if};
pub use by_default::by_default;
pub(crate) use callback_ref::RefTarget;
pub use callback_ref::{CallbackRef, IntoCallbackRef};
pub(crate) use handler_list::Handler;
pub use handler_ref::HandlerRef;
pub use handlers::Handlers;
#[allow(unreachable_pub, reason = "a trait that seals a public one names it")]
pub use ids::Turn;
pub(crate) use ids::{CallbackId, HandlerId, Rank};
pub use location::Location;
pub use method::{Closure, Method};
pub use registry::{
    Made, Make, NoDefault, NotSendable, Probe, Provision, Registration, registrations,
};
pub(crate) use relations::{Relation, Relations, Verb};

use crate::loops::Loop;
use std::any::type_name;
use std::borrow::Cow;

/// A value with handlers for the loop `L`. `#[callback]` writes this impl; it can as well be written by hand.
///
/// `handlers` takes `&self`: an instance may choose where it runs.
///
/// ```
/// use callbacks::prelude::*;
///
/// /// Counts every breakpoint of any loop.
/// #[derive(Default)]
/// struct Count {
///     firings: u64,
/// }
///
/// impl Count {
///     fn add_one(&mut self) {
///         self.firings += 1;
///     }
/// }
///
/// impl<L: Loop> Callback<L> for Count {
///     fn handlers(&self, h: &mut Handlers<L, Self>) {
///         h.on_all(Self::add_one);
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Count::default());
/// plan.run(&mut State::new(), |run| run.scope(Fit::FIT, |_| Ok(())).map(drop))?.ok().unwrap();
/// assert_eq!(plan.get::<Count>().map(|count| count.firings), Some(2));
/// # Ok::<(), PlanError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a callback of the loop `{L}`",
    label = "has no handlers for `{L}`",
    note = "write `#[callback({L})]` on an `impl` block of it whose functions are named after breakpoints of `{L}`"
)]
pub trait Callback<L: Loop>: Sized + 'static {
    /// Its name, weight and place in the source.
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>()
    }

    /// Says which function runs at which breakpoint.
    fn handlers(&self, h: &mut Handlers<L, Self>);
}

/// What a callback declares about itself: name, weight, relations to others, and where it is written.
///
/// ```
/// use callbacks::CallbackInfo;
/// use callbacks::prelude::*;
///
/// struct Log;
///
/// impl Callback<Fit> for Log {
///     fn info(&self) -> CallbackInfo {
///         CallbackInfo::of::<Self>().name("log").weight(10.0)
///     }
///
///     fn handlers(&self, _: &mut Handlers<Fit, Self>) {}
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Log);
/// plan.on(Fit::on_epoch_end, || {}).named("lighter");
/// plan.check(&State::new())?;
/// assert_eq!(plan.names(), ["lighter", "log"]);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone)]
pub struct CallbackInfo {
    type_label: Cow<'static, str>,
    name: Option<Cow<'static, str>>,
    weight: f64,
    location: Option<Location>,
    relations: Relations,
}

impl CallbackInfo {
    /// The info of a callback whose type is called `type_label`, written at `location`, with weight 0 and without a name.
    ///
    /// ```
    /// # use callbacks::{CallbackInfo, Location};
    /// assert_eq!(CallbackInfo::new("Logger", Location::here()).type_label(), "Logger");
    /// ```
    pub fn new(type_label: impl Into<Cow<'static, str>>, location: Location) -> Self {
        Self {
            type_label: type_label.into(),
            name: None,
            weight: 0.0,
            location: Some(location),
            relations: Relations::default(),
        }
    }

    /// The info of any callback: the name of its type, without paths and parameters, weight 0 and no name. Its location is where it is
    /// attached.
    ///
    /// ```
    /// # use callbacks::CallbackInfo;
    /// struct Mean<T>(T);
    ///
    /// assert_eq!(CallbackInfo::of::<Mean<std::time::Duration>>().type_label(), "Mean");
    /// ```
    pub fn of<C>() -> Self {
        Self::of_type(type_name::<C>())
    }

    fn of_type(name: &str) -> Self {
        let mut label = short_type_name(name);
        label.truncate(label.find('<').unwrap_or(label.len()));
        Self {
            type_label: label.into(),
            name: None,
            weight: 0.0,
            location: None,
            relations: Relations::default(),
        }
    }

    /// Gives it a weight: handlers run by ascending weight.
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// Sets the name, which no other callback of the plan may have. Without one the callback is named after its type.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Runs it after these at every breakpoint, whatever its weight. Without effect if they are not attached, and for two callbacks of its
    /// own type.
    ///
    /// ```
    /// # use callbacks::{CallbackInfo, CallbackRef};
    /// # struct Metrics;
    /// # let info = CallbackInfo::of::<String>();
    /// info.after(CallbackRef::of::<Metrics>()).after("the clock");
    /// ```
    pub fn after(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.say(Verb::After, callback_ref)
    }

    /// It runs before these at every breakpoint, whatever its weight; see [`after`](Self::after).
    pub fn before(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.say(Verb::Before, callback_ref)
    }

    /// Puts it into the group `G`, which others may name as they name a type: with [`CallbackRef::of::<G>()`](crate::CallbackRef::of).
    pub fn group<G: ?Sized + 'static>(mut self) -> Self {
        self.relations.join::<G>();
        self
    }

    /// A plan in which none of these is attached has a problem.
    pub fn requires(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.say(Verb::Requires, callback_ref)
    }

    /// Makes a plan in which one of these is attached beside it a problem. One of the two needs to declare it.
    pub fn incompatible(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.say(Verb::Incompatible, callback_ref)
    }

    /// Declares that the order with these does not matter, though both write the same state. One of the two needs to declare it.
    pub fn no_conflict(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.say(Verb::NoConflict, callback_ref)
    }

    fn say(mut self, verb: Verb, callback_ref: impl IntoCallbackRef) -> Self {
        self.relations
            .say(verb, callback_ref.into_callback_ref(), None);
        self
    }

    pub(crate) fn relations(&self) -> &Relations {
        &self.relations
    }

    /// The short name of its type.
    ///
    /// ```
    /// # use callbacks::{CallbackInfo, Registration};
    /// assert_eq!(CallbackInfo::of::<Registration>().type_label(), "Registration");
    /// ```
    pub fn type_label(&self) -> &str {
        &self.type_label
    }

    pub(crate) fn explicit_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn own_weight(&self) -> f64 {
        self.weight
    }

    pub(crate) fn own_location(&self) -> Option<Location> {
        self.location
    }
}

/// `a::b::Mean<c::d::Loss>` as `Mean<Loss>`.
pub(crate) fn short_type_name(full: &str) -> String {
    let mut short = String::with_capacity(full.len());
    let mut word = 0;
    for letter in full.chars() {
        short.push(letter);
        if short.ends_with("::") {
            short.truncate(word);
        } else if !letter.is_alphanumeric() && letter != '_' && letter != ':' {
            word = short.len();
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::short_type_name;

    #[test]
    fn paths_are_taken_off_everywhere() {
        assert_eq!(short_type_name("a::b::Mean<c::d::Loss>"), "Mean<Loss>");
        assert_eq!(short_type_name("&mut a::B"), "&mut B");
        assert_eq!(short_type_name("(a::B, [c::D; 3])"), "(B, [D; 3])");
    }
}
