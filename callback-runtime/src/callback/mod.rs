//! Callbacks: values with handlers.
//!
//! - `handlers`, `on_each`, `handler_list`, `handler_ref`: the list of a callback's handlers, and their settings;
//! - `method`, `answer_if`: the functions and closures that can be handlers;
//! - `callback_ref`, `relations`: how a callback names others, and the orders, requirements and conflicts that it declares;
//! - `declarations`, `produced_name`, `claim`: what a callback declares of its settings, of the record, and of what it does alone;
//! - `registry`, `registrations`, `by_default`: the callbacks that `#[callback]` registers, and the state that they provide;
//! - `ids`, `location`: ids of callbacks and handlers, and source locations.

mod answer_if;
mod by_default;
mod callback_ref;
mod claim;
mod declarations;
mod handler_list;
mod handler_ref;
mod handlers;
mod ids;
mod location;
mod method;
mod on_each;
mod produced_name;
mod registrations;
mod registry;
mod relations;

pub use answer_if::{AnswerIf, answer_if};
pub use by_default::by_default;
pub(crate) use callback_ref::RefTarget;
pub use callback_ref::{CallbackRef, IntoCallbackRef};
pub use claim::Claim;
pub(crate) use declarations::Declarations;
pub(crate) use handler_list::{BoundTo, Handler};
pub use handler_ref::HandlerRef;
pub use handlers::Handlers;
#[allow(unreachable_pub, reason = "a trait that seals a public one names it")]
pub use ids::Turn;
pub(crate) use ids::{CallbackId, HandlerId, Rank};
pub use location::Location;
pub use method::{Closure, Method};
pub use produced_name::ProducedName;
pub use registrations::{Registrations, registrations};
pub use registry::{Made, Make, NoDefault, NotSendable, Probe, Provision, Registration};
pub(crate) use relations::{Relation, Relations, Verb};

use crate::loops::Loop;
use std::any::type_name;
use std::borrow::Cow;

/// A value with handlers for the loop `L`. `#[callback]` writes this impl; you can also write it by hand.
///
/// [`handlers`](Self::handlers) takes `&self`, so that a value can choose the breakpoints at which it runs.
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
    /// Returns the name, the weight, the relations and the source location of the callback.
    fn info(&self) -> CallbackInfo {
        CallbackInfo::of::<Self>()
    }

    /// Adds the handlers of the callback to `h`: which function runs at which breakpoint.
    fn handlers(&self, h: &mut Handlers<L, Self>);
}

/// The properties that a callback declares: name, weight, relations to other callbacks, and source location.
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
    /// The short name of the callback's type, without paths and type parameters.
    type_label: Cow<'static, str>,
    /// The name that the callback declares. `None` for a callback that is named after its type.
    name: Option<Cow<'static, str>>,
    weight: f64,
    /// Where the callback is written. `None` if that is not known; then its location is that of its attachment.
    location: Option<Location>,
    is_ready_made: bool,
    relations: Relations,
    /// Boxed, because most callbacks declare nothing, and `info` is compiled for each of them.
    declarations: Option<Box<Declarations>>,
}

impl CallbackInfo {
    /// Makes the info of a callback whose type is called `type_label` and which is written at `location`. It has weight 0 and no name.
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
            is_ready_made: false,
            relations: Relations::default(),
            declarations: None,
        }
    }

    /// Makes the info of a callback of type `C`. Its type label is the name of `C` without paths and type parameters; it has weight 0 and no
    /// name. Its location is where it is attached.
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
            is_ready_made: false,
            relations: Relations::default(),
            declarations: None,
        }
    }

    /// Sets the weight. Handlers run by ascending weight. A plan treats NaN as a problem.
    pub fn weight(mut self, weight: f64) -> Self {
        self.weight = weight;
        self
    }

    /// Sets the name, which no other callback of the plan may have. A callback without a name is named after its type.
    pub fn name(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Declares that the callback is ready-made: a library writes it for programs and runs that it does not know. This changes what a plan
    /// and a run report:
    ///
    /// * failures, stops and problems name the line that attaches the callback, and no line of the library;
    /// * a handler at a breakpoint that a run does not fire is no [note](crate::Plan::notes), as that of a logger of validation losses in
    ///   a fit without validation data.
    ///
    /// The callbacks of the shelf are ready-made. `#[callback(ready_made)]` writes this call.
    ///
    /// ```
    /// # use callbacks::CallbackInfo;
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// pub struct Halt;
    ///
    /// impl Halt {
    ///     fn stop(&self) -> Flow {
    ///         Flow::stop("enough")
    ///     }
    /// }
    ///
    /// impl Callback<Relax> for Halt {
    ///     fn info(&self) -> CallbackInfo {
    ///         CallbackInfo::of::<Self>().ready_made()
    ///     }
    ///
    ///     fn handlers(&self, h: &mut Handlers<Relax, Self>) {
    ///         h.on(Relax::before_step, Self::stop);
    ///     }
    /// }
    ///
    /// let mut plan = Plan::<Relax>::new();
    /// plan.add(Halt);
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
    /// let origin = outcome.stopped().unwrap().origin();
    /// assert_eq!(origin.location(), origin.attached_at());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn ready_made(mut self) -> Self {
        self.is_ready_made = true;
        self
    }

    /// Runs the callback after those that `callback_ref` names, at every breakpoint and whatever their weights. This has no effect if they are
    /// not attached, and between two callbacks of the same type.
    ///
    /// ```
    /// # use callbacks::{CallbackInfo, CallbackRef};
    /// # struct Metrics;
    /// # let info = CallbackInfo::of::<String>();
    /// info.after(CallbackRef::of::<Metrics>()).after("the clock");
    /// ```
    pub fn after(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.relate(Verb::After, callback_ref)
    }

    /// Runs the callback before those that `callback_ref` names, at every breakpoint and whatever their weights; see
    /// [`after`](Self::after).
    pub fn before(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.relate(Verb::Before, callback_ref)
    }

    /// Adds the callback to the group `G`. Other callbacks name the group like a type, with
    /// [`CallbackRef::of::<G>()`](crate::CallbackRef::of).
    pub fn group<G: ?Sized + 'static>(mut self) -> Self {
        self.relations.join::<G>();
        self
    }

    /// Declares that the callback needs one of those that `callback_ref` names. A plan without any of them has a problem.
    pub fn requires(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.relate(Verb::Requires, callback_ref)
    }

    /// Declares that the callback cannot be used together with those that `callback_ref` names. A plan with both has a problem. One of the two
    /// needs to declare it.
    pub fn incompatible(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.relate(Verb::Incompatible, callback_ref)
    }

    /// Declares that the order between the callback and those that `callback_ref` names does not matter, although they change the same state.
    /// One of the two needs to declare it.
    pub fn no_conflict(self, callback_ref: impl IntoCallbackRef) -> Self {
        self.relate(Verb::NoConflict, callback_ref)
    }

    fn relate(mut self, verb: Verb, callback_ref: impl IntoCallbackRef) -> Self {
        self.relations
            .add(verb, callback_ref.into_callback_ref(), None);
        self
    }

    pub(crate) fn relations(&self) -> &Relations {
        &self.relations
    }

    /// Returns the short name of the callback's type.
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

    /// Returns where the callback is written; `None` if that is not known, or of no use to those who attach it.
    pub(crate) fn own_location(&self) -> Option<Location> {
        self.location.filter(|_| !self.is_ready_made)
    }

    pub(crate) fn is_ready_made(&self) -> bool {
        self.is_ready_made
    }
}

/// Returns the name of a type without paths: `Mean<Loss>` for `a::b::Mean<c::d::Loss>`.
pub(crate) fn short_type_name(full: &str) -> String {
    let mut short = String::with_capacity(full.len());
    // The start of the path that is being copied.
    let mut start = 0;
    for letter in full.chars() {
        short.push(letter);
        if short.ends_with("::") {
            short.truncate(start);
        } else if !letter.is_alphanumeric() && letter != '_' && letter != ':' {
            start = short.len();
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::short_type_name;

    #[test]
    fn a_short_name_has_no_paths() {
        assert_eq!(short_type_name("a::b::Mean<c::d::Loss>"), "Mean<Loss>");
        assert_eq!(short_type_name("&mut a::B"), "&mut B");
        assert_eq!(short_type_name("(a::B, [c::D; 3])"), "(B, [D; 3])");
    }
}
