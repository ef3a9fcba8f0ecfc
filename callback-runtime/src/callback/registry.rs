//! The callbacks that `#[callback]` registered, in every crate that is linked into the program.
//!
//! Nothing runs because it was linked: a registration holds a factory, and a plan asks for it with
//! [`Plan::discover`](crate::Plan::discover).

use crate::callback::{Callback, Location, short_type_name};
use crate::loops::{Loop, LoopInfo};
use crate::plan::ErasedCallback;
use crate::raw::Sendable;
use std::any::{TypeId, type_name};
use std::fmt;
use std::marker::PhantomData;

/// One registered callback: where it is written, and how to make one.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Log;
///
/// #[callback(name = "the log", weight = 5, discover = false)]
/// impl Log {
///     fn on_epoch_end(&self) {}
/// }
///
/// let log = callbacks::registrations().into_iter().find(|one| one.name() == "the log").unwrap();
/// assert_eq!((log.loop_name(), log.weight()), ("Fit", 5.0));
/// assert!(!log.is_discoverable() && !log.needs_arguments());
/// assert!(log.module_path().starts_with(log.crate_name()));
/// assert!(log.location().line() > 0);
/// ```
pub struct Registration {
    name: &'static str,
    module_path: &'static str,
    location: Location,
    weight: f64,
    discover: bool,
    make: Option<Make>,
    loop_id: fn() -> TypeId,
    loop_name: &'static str,
    type_id: fn() -> TypeId,
    type_name: fn() -> &'static str,
    provisions: &'static [Provision],
    sendable: Option<Sendable>,
}

/// A type of state that a registered callback provides.
#[doc(hidden)]
pub struct Provision {
    type_id: fn() -> TypeId,
    type_name: fn() -> &'static str,
}

impl Provision {
    /// For `#[callback]`.
    pub const fn of<T: 'static>() -> Self {
        Self {
            type_id: TypeId::of::<T>,
            type_name: type_name::<T>,
        }
    }
}

/// Makes a callback with its `Default`.
#[doc(hidden)]
pub type Make = fn() -> Made;

/// A callback of some loop: a boxed `Box<dyn AnyCallback<L>>`.
#[doc(hidden)]
pub struct Made(ErasedCallback);

impl Registration {
    /// For `#[callback]`.
    #[doc(hidden)]
    pub const fn new<L: Loop, C: Callback<L>>(
        name: &'static str,
        module_path: &'static str,
        location: Location,
        weight: f64,
        discover: bool,
        make: Option<Make>,
    ) -> Self {
        Self {
            name,
            module_path,
            location,
            weight,
            discover,
            make,
            loop_id: TypeId::of::<L>,
            loop_name: L::NAME,
            type_id: TypeId::of::<C>,
            type_name: type_name::<C>,
            provisions: &[],
            sendable: None,
        }
    }

    /// Says whether it may be sent to another thread, for one that runs in the background.
    #[doc(hidden)]
    pub const fn sendable_if(mut self, sendable: Option<Sendable>) -> Self {
        self.sendable = sendable;
        self
    }

    /// For `#[callback]`: the state that the callback provides.
    #[doc(hidden)]
    pub const fn providing(mut self, provisions: &'static [Provision]) -> Self {
        self.provisions = provisions;
        self
    }

    /// Its name: the type's, or what `name = "…"` says.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The module it is written in.
    pub fn module_path(&self) -> &'static str {
        self.module_path
    }

    /// The crate it is written in.
    pub fn crate_name(&self) -> &'static str {
        self.module_path
            .split_once("::")
            .map_or(self.module_path, |(first, _)| first)
    }

    /// Where it is written.
    pub fn location(&self) -> Location {
        self.location
    }

    /// Its weight.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// The name of the loop it is for.
    pub fn loop_name(&self) -> &'static str {
        self.loop_name
    }

    /// Whether [`Plan::discover`](crate::Plan::discover) attaches it; `discover = false` says no.
    pub fn is_discoverable(&self) -> bool {
        self.discover
    }

    /// Whether it has no `Default`, so that only a person can attach it.
    pub fn needs_arguments(&self) -> bool {
        self.make.is_none()
    }

    /// The types of state that it provides, by their full names.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::Record;
    ///
    /// let all = callbacks::registrations();
    /// let recorder = all.iter().find(|one| one.name() == "Recorder").unwrap();
    /// assert!(recorder.provides().eq([std::any::type_name::<Record>()]));
    /// ```
    pub fn provides(&self) -> impl Iterator<Item = &'static str> {
        self.provisions
            .iter()
            .map(|provision| (provision.type_name)())
    }

    pub(crate) fn is_for(&self, loop_info: &LoopInfo) -> bool {
        (self.loop_id)() == loop_info.type_id
    }

    pub(crate) fn callback_type(&self) -> TypeId {
        (self.type_id)()
    }

    /// That it may be sent to another thread, if that is known.
    pub(crate) fn sendable(&self) -> Option<Sendable> {
        self.sendable
    }

    pub(crate) fn would_provide(&self, type_id: TypeId) -> bool {
        let mut provisions = self.provisions.iter();
        provisions.any(|provision| (provision.type_id)() == type_id)
    }

    /// A new one, if it can be made without arguments and is a callback of `L`.
    pub(crate) fn make(&self) -> Option<ErasedCallback> {
        Some(self.make?().0)
    }
}

impl fmt::Display for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} for {} ({}, weight {}, {})",
            self.name, self.loop_name, self.module_path, self.weight, self.location
        )?;
        if self.needs_arguments() {
            f.write_str(": registered, needs arguments")?;
        } else if !self.discover {
            f.write_str(": registered, not discovered")?;
        }
        for provided in self.provides() {
            write!(f, "; provides `{}`", short_type_name(provided))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

inventory::collect!(Registration);

/// Every registered callback, ordered by weight, module path, line, column and type: `inventory` promises no order.
///
/// ```
/// let registered = callbacks::registrations();
/// assert!(registered.is_sorted_by(|one, next| one.weight() <= next.weight()));
/// ```
pub fn registrations() -> Vec<&'static Registration> {
    let mut all: Vec<_> = inventory::iter::<Registration>.into_iter().collect();
    all.sort_by(|one, other| {
        let place = |of: &Registration| {
            (
                of.module_path,
                of.location.line(),
                of.location.column(),
                (of.type_name)(),
                of.loop_name,
            )
        };
        // A weight that is NaN does not compile; -0 is 0.
        (one.weight + 0.0)
            .total_cmp(&(other.weight + 0.0))
            .then_with(|| place(one).cmp(&place(other)))
    });
    all
}

/// Finds out in a constant whether `C` has a `Default`: the inherent constant shadows the trait's.
#[doc(hidden)]
pub struct Probe<L, C>(PhantomData<(L, C)>);

impl<L: Loop, C: Callback<L> + Default> Probe<L, C> {
    pub const MAKE: Option<Make> = Some(make_default::<L, C>);
}

/// What [`Probe`] finds where there is no `Default`.
#[doc(hidden)]
pub trait NoDefault {
    const MAKE: Option<Make> = None;
}

impl<L, C> NoDefault for Probe<L, C> {}

impl<L: Loop, C: Callback<L> + Send> Probe<L, C> {
    pub const SENDABLE: Option<Sendable> = Some(Sendable::of::<C>());
}

/// What holds for those that may not be sent to another thread: the inherent constant wins where there is one.
#[doc(hidden)]
pub trait NotSendable {
    const SENDABLE: Option<Sendable> = None;
}

impl<L, C> NotSendable for Probe<L, C> {}

fn make_default<L: Loop, C: Callback<L> + Default>() -> Made {
    Made(ErasedCallback::new::<L, C>(C::default()))
}

/// Links a crate whose callbacks a plan discovers. Without it the linker leaves out a crate of which the program names nothing.
///
/// ```
/// use callbacks::prelude::*;
///
/// // In place of `callbacks`: the crate with the callbacks.
/// callbacks::link!(callbacks);
///
/// // Without it, this is what a plan says.
/// let mut plan = Plan::<Fit>::new();
/// plan.require("ProgressBar");
/// let error = plan.check(&State::new()).unwrap_err();
/// assert!(error.problems()[0].to_string().ends_with("write `callbacks::link!(that_crate);`"));
/// ```
#[macro_export]
macro_rules! link {
    ($($plugin:ident),+ $(,)?) => {
        $(extern crate $plugin as _;)+
    };
}
