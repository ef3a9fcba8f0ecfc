//! The parameters of handlers.
//!
//! | parameter | value | bound on `T` |
//! |---|---|---|
//! | `&T` | the state of type `T`, to read | `Sync` |
//! | `&mut T` | the state of type `T`, to change | `Send` |
//! | `Option<&T>`, `Option<&mut T>` | the state, or `None` if it is absent | the same |
//! | [`Local<'_, T>`](Local), [`LocalMut<'_, T>`](LocalMut) | state that stays on the loop's thread | none |
//! | [`&Breakpoint`](crate::Breakpoint) | the breakpoint at which the handler runs | |
//! | [`Ctx<'_>`](crate::Ctx) | the whole state; the only parameter of its handler | |
//!
//! Because of the bounds on `T`, an executor can run handlers on other threads.

use crate::raw::{Fetch, Seal};
use crate::state::Ctx;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A type that a handler can have as a parameter. [The module](self) lists them.
///
/// ```
/// use callbacks::prelude::*;
///
/// #[derive(Default)]
/// struct Monitor;
///
/// #[callback(discover = false)]
/// impl Monitor {
///     fn on_train_batch_end(&mut self, loss: &Loss, rate: &mut LearningRate, note: Option<&String>) {
///         println!("{loss} {rate} {note:?}");
///     }
///
///     fn on_epoch_begin(&self, at: &Breakpoint, epoch: &Epoch) {
///         println!("{at} {epoch}");
///     }
///
///     fn on_epoch_end(&self, mut ctx: Ctx<'_>) {
///         ctx.insert(String::from("whatever there is"));
///     }
/// }
///
/// let mut plan = Plan::<Fit>::new();
/// plan.add(Monitor);
/// assert!(plan.check(&State::new()).is_ok());
/// ```
#[diagnostic::on_unimplemented(
    message = "a handler cannot ask for `{Self}`",
    label = "not a parameter that state can be read through",
    note = "write `&T` to read the state of type `T`, `&mut T` to change it, `Option` of either where it may be absent, or `Ctx<'_>` alone",
    note = "`&T` needs `T: Sync` and `&mut T` needs `T: Send`; for other types write `Local<'_, T>` or `LocalMut<'_, T>`"
)]
pub trait Param: Fetch {
    #[doc(hidden)]
    type Asked;
    #[doc(hidden)]
    fn asked() -> Self::Asked;
    /// Seals the trait: the type of the argument cannot be named in other crates. Otherwise an impl could bypass the bounds on `T`, and move
    /// state to another thread.
    #[doc(hidden)]
    fn seal(_: Seal);
}

/// The proof that `P` is a parameter.
#[doc(hidden)]
#[derive(Debug)]
pub struct Ask<P>(PhantomData<fn() -> P>);

/// Checks that `P` is a parameter, and returns the proof. If it is not, the type of the proof stays unknown, so that rustc reports only one
/// error.
#[doc(hidden)]
pub fn ask<P: Param<Asked = W>, W>() -> W {
    P::asked()
}

macro_rules! parameters {
    ($($(#[$attr:meta])* ($($generics:tt)*) $param:ty;)*) => {$(
        $(#[$attr])*
        impl<$($generics)*> Param for $param {
            type Asked = Ask<Self>;
            fn asked() -> Ask<Self> {
                Ask(PhantomData)
            }
            fn seal(_: Seal) {}
        }
    )*};
}

parameters! {
    #[diagnostic::do_not_recommend]
    ('a, T: Sync + 'static) &'a T;
    #[diagnostic::do_not_recommend]
    ('a, T: Send + 'static) &'a mut T;
    #[diagnostic::do_not_recommend]
    (P: Param) Option<P>;
    #[diagnostic::do_not_recommend]
    ('a, T: 'static) Local<'a, T>;
    #[diagnostic::do_not_recommend]
    ('a, T: 'static) LocalMut<'a, T>;
    #[diagnostic::do_not_recommend]
    ('a) Ctx<'a>;
}

/// A parameter to read state whose type is not `Sync`. Its handler runs on the loop's thread.
///
/// ```
/// use callbacks::prelude::*;
/// use std::rc::Rc;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut state = State::new();
/// state.insert::<Rc<str>>("run 7".into());
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::before_step, |name: Local<'_, Rc<str>>| assert_eq!(&name[..], "run 7"));
/// let outcome = plan.run(&mut state, |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// assert!(outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
pub struct Local<'a, T>(&'a T);

impl<'a, T> Local<'a, T> {
    pub(crate) fn new(value: &'a T) -> Self {
        Self(value)
    }
}

impl<T> Deref for Local<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

/// A parameter to change state whose type is not `Send`. Its handler runs on the loop's thread.
///
/// ```
/// use callbacks::prelude::*;
/// use std::rc::Rc;
/// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
///
/// let mut state = State::new();
/// state.insert::<Rc<str>>("run 7".into());
/// let mut plan = Plan::<Relax>::new();
/// plan.on(Relax::before_step, |mut name: LocalMut<'_, Rc<str>>| *name = "run 8".into());
/// let outcome = plan.run(&mut state, |run| run.scope(Relax::STEP, |_| Ok(())).map(drop))?;
/// assert_eq!(state.get::<Rc<str>>().unwrap()[..], *"run 8");
/// # assert!(outcome.is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
pub struct LocalMut<'a, T>(&'a mut T);

impl<'a, T> LocalMut<'a, T> {
    pub(crate) fn new(value: &'a mut T) -> Self {
        Self(value)
    }
}

impl<T> Deref for LocalMut<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0
    }
}

impl<T> DerefMut for LocalMut<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0
    }
}
