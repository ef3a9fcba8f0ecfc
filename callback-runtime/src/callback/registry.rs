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

/// A callback that `#[callback]` registered: its properties, and a factory if it has a `Default`.
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
/// let log = callbacks::registrations().into_iter().find(|registration| registration.name() == "the log").unwrap();
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
    /// Whether [`Plan::discover`](crate::Plan::discover) attaches the callback.
    discover: bool,
    /// The factory of the callback; `None` if it has no `Default`.
    make: Option<Make>,
    /// Returns the type of the loop.
    loop_id: fn() -> TypeId,
    loop_name: &'static str,
    /// Returns the type of the callback.
    type_id: fn() -> TypeId,
    /// Returns the full name of the callback's type.
    type_name: fn() -> &'static str,
    /// The types of state that the callback provides.
    provisions: &'static [Provision],
    /// Whether a library wrote the callback for programs that it does not know.
    ready_made: bool,
    /// The proof that the callback can be sent to another thread; `None` if it cannot, or it is not needed.
    sendable: Option<Sendable>,
}

/// A type of state that a registered callback provides.
#[doc(hidden)]
pub struct Provision {
    type_id: fn() -> TypeId,
    type_name: fn() -> &'static str,
}

impl Provision {
    /// Makes the provision of `T`. This is for `#[callback]`.
    pub const fn of<T: 'static>() -> Self {
        Self {
            type_id: TypeId::of::<T>,
            type_name: type_name::<T>,
        }
    }
}

/// A factory that makes a callback with its `Default`.
#[doc(hidden)]
pub type Make = fn() -> Made;

/// A callback that a [`Make`] made.
#[doc(hidden)]
pub struct Made(ErasedCallback);

impl Registration {
    /// Makes a registration. This is for `#[callback]`.
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
            ready_made: false,
            sendable: None,
        }
    }

    /// Adds the proof that the callback can be sent to another thread, for one that runs in the background.
    #[doc(hidden)]
    pub const fn sendable_if(mut self, sendable: Option<Sendable>) -> Self {
        self.sendable = sendable;
        self
    }

    /// Marks the callback as ready-made.
    #[doc(hidden)]
    pub const fn ready_made(mut self) -> Self {
        self.ready_made = true;
        self
    }

    /// Adds the types of state that the callback provides.
    #[doc(hidden)]
    pub const fn providing(mut self, provisions: &'static [Provision]) -> Self {
        self.provisions = provisions;
        self
    }

    /// Returns the name of the callback: that of its type, or the one in `name = "…"`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the path of the module in which the callback is written.
    pub fn module_path(&self) -> &'static str {
        self.module_path
    }

    /// Returns the name of the crate in which the callback is written.
    pub fn crate_name(&self) -> &'static str {
        self.module_path
            .split_once("::")
            .map_or(self.module_path, |(first, _)| first)
    }

    /// Returns where the callback is written.
    pub fn location(&self) -> Location {
        self.location
    }

    /// Returns the weight of the callback.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// Returns the name of the loop that the callback is registered for.
    pub fn loop_name(&self) -> &'static str {
        self.loop_name
    }

    /// Whether [`Plan::discover`](crate::Plan::discover) attaches the callback. It does not with `discover = false`.
    pub fn is_discoverable(&self) -> bool {
        self.discover
    }

    /// Whether a library wrote the callback for programs that it does not know, as the shelf does. See
    /// [`CallbackInfo::ready_made`](crate::CallbackInfo::ready_made).
    pub fn is_ready_made(&self) -> bool {
        self.ready_made
    }

    /// Whether the callback has no `Default`, so that a plan cannot make it.
    pub fn needs_arguments(&self) -> bool {
        self.make.is_none()
    }

    /// Returns the full names of the types of state that the callback provides.
    ///
    /// ```
    /// use callbacks::prelude::*;
    /// use callbacks::shelf::PhaseCounts;
    ///
    /// let all = callbacks::registrations();
    /// let recorder = all.iter().find(|registration| registration.name() == "Recorder").unwrap();
    /// assert!(recorder.provides().eq([std::any::type_name::<PhaseCounts>()]));
    /// ```
    pub fn provides(&self) -> impl Iterator<Item = &'static str> {
        self.provisions
            .iter()
            .map(|provision| (provision.type_name)())
    }

    /// The sort key of registrations with the same weight.
    pub(super) fn source_order(&self) -> (&'static str, u32, u32, &'static str, &'static str) {
        (
            self.module_path,
            self.location.line(),
            self.location.column(),
            (self.type_name)(),
            self.loop_name,
        )
    }

    pub(crate) fn is_for(&self, loop_info: &LoopInfo) -> bool {
        (self.loop_id)() == loop_info.type_id
    }

    pub(crate) fn callback_type(&self) -> TypeId {
        (self.type_id)()
    }

    /// Returns the proof that the callback can be sent to another thread, if there is one.
    pub(crate) fn sendable(&self) -> Option<Sendable> {
        self.sendable
    }

    pub(crate) fn would_provide(&self, type_id: TypeId) -> bool {
        let mut provisions = self.provisions.iter();
        provisions.any(|provision| (provision.type_id)() == type_id)
    }

    /// Makes the callback with its `Default`; `None` if it has none.
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

/// Detects in a constant whether `C` is `Default` or `Send`. An inherent constant of `Probe` has a bound on `C`, and shadows the constant of a
/// trait that has no bound.
#[doc(hidden)]
pub struct Probe<L, C>(PhantomData<(L, C)>);

impl<L: Loop, C: Callback<L> + Default> Probe<L, C> {
    pub const MAKE: Option<Make> = Some(make_default::<L, C>);
}

/// The value of `Probe::MAKE` for a callback without a `Default`.
#[doc(hidden)]
pub trait NoDefault {
    const MAKE: Option<Make> = None;
}

impl<L, C> NoDefault for Probe<L, C> {}

impl<L: Loop, C: Callback<L> + Send> Probe<L, C> {
    pub const SENDABLE: Option<Sendable> = Some(Sendable::of::<C>());
}

/// The value of `Probe::SENDABLE` for a callback that is not `Send`.
#[doc(hidden)]
pub trait NotSendable {
    const SENDABLE: Option<Sendable> = None;
}

impl<L, C> NotSendable for Probe<L, C> {}

fn make_default<L: Loop, C: Callback<L> + Default>() -> Made {
    Made(ErasedCallback::new::<L, C>(C::default()))
}

/// Links crates whose callbacks a plan discovers. Without this the linker leaves out a crate from which the program uses nothing.
///
/// ```
/// use callbacks::prelude::*;
///
/// // Write the name of the crate with the callbacks instead of `callbacks`.
/// callbacks::link!(callbacks);
///
/// // A plan recommends it for a callback that is not registered.
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
