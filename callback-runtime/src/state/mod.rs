//! The state of a loop, which its callbacks share: [`State`], and [`Ctx`], a view of it.

pub(crate) mod arity;
pub(crate) mod borrows;
pub mod param;

use crate::raw::{LentError, Params, Table, View};
use crate::state::param::Ask;
use std::any::type_name;
use std::fmt;
use thiserror::Error;

/// Typed values, one per type, that the loop and the callbacks share.
///
/// A loop owns a state and lends it to a plan for the length of a run. A handler asks for single values by their types, or for the whole
/// state as [`Ctx`].
///
/// ```
/// use callbacks::State;
///
/// #[derive(Debug, PartialEq)]
/// struct Temperature(f64);
///
/// let mut state = State::new();
/// assert_eq!(state.insert(Temperature(300.0)), None);
/// assert_eq!(state.insert(Temperature(310.0)), Some(Temperature(300.0)));
/// assert_eq!(state.get(), Some(&Temperature(310.0)));
/// assert_eq!(state.remove::<Temperature>(), Ok(Some(Temperature(310.0))));
/// assert_eq!(state.get::<Temperature>(), None);
/// ```
#[derive(Default)]
pub struct State {
    table: Table,
}

impl State {
    /// Makes an empty state.
    ///
    /// ```
    /// assert!(callbacks::State::new().get::<u32>().is_none());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the value of type `T`, if there is one.
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut state = State::new();
    /// state.insert(7_u32);
    /// assert_eq!(state.get::<u32>(), Some(&7));
    /// ```
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.table.get()
    }

    /// Returns the value of type `T` to change it, if there is one.
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut state = State::new();
    /// state.insert(7_u32);
    /// *state.get_mut::<u32>().unwrap() += 1;
    /// assert_eq!(state.get(), Some(&8_u32));
    /// ```
    pub fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.table.get_mut()
    }

    /// Inserts `value` and returns the previous value of its type. Replacing a value does not allocate.
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut state = State::new();
    /// assert_eq!(state.insert(1_u32), None);
    /// assert_eq!(state.insert(2_u32), Some(1));
    /// ```
    pub fn insert<T: 'static>(&mut self, value: T) -> Option<T> {
        self.table.insert(value)
    }

    /// Removes the value of type `T` and returns it, if there is one. The error is that the value is [lent](Self::lend).
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut state = State::new();
    /// state.insert(1_u32);
    /// assert_eq!(state.remove::<u32>(), Ok(Some(1)));
    /// assert_eq!(state.remove::<u32>(), Ok(None));
    /// ```
    pub fn remove<T: 'static>(&mut self) -> Result<Option<T>, NotOwned> {
        self.ctx().remove()
    }

    /// Makes `value` part of the state while `body` runs, and restores the previous value afterwards. This is for a loop that has only a
    /// `&mut Model`.
    ///
    /// `body` cannot remove the lent value. If `body` panics, the previous value is restored, too, and the panic continues.
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut model = vec![1.0, 2.0];
    /// let mut state = State::new();
    /// state.lend(&mut model, |mut ctx| {
    ///     ctx.get_mut::<Vec<f64>>().unwrap().push(3.0);
    ///     assert!(ctx.remove::<Vec<f64>>().is_err());
    /// });
    /// assert_eq!(model, [1.0, 2.0, 3.0]);
    /// assert!(state.get::<Vec<f64>>().is_none());
    /// ```
    pub fn lend<T: 'static, R>(
        &mut self,
        value: &mut T,
        body: impl for<'c> FnOnce(Ctx<'c>) -> R,
    ) -> R {
        self.ctx().lend(value, body)
    }

    /// Returns a view of the whole state, as a handler gets it that asks for [`Ctx`].
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut state = State::new();
    /// state.ctx().insert(1_u32);
    /// assert_eq!(state.get(), Some(&1_u32));
    /// ```
    pub fn ctx(&mut self) -> Ctx<'_> {
        Ctx::from(self)
    }
}

/// A [`State`] or a [`Ctx`], against which a plan can be checked.
///
/// ```
/// # use callbacks::prelude::*;
/// let mut plan = Plan::<Fit>::new();
/// let mut state = State::new();
/// assert!(plan.check(&state).is_ok());
/// assert!(plan.check(&state.ctx()).is_ok());
/// ```
pub trait AsState {
    #[doc(hidden)]
    fn as_table(&self) -> &Table;
}

impl AsState for State {
    fn as_table(&self) -> &Table {
        &self.table
    }
}

impl AsState for Ctx<'_> {
    fn as_table(&self) -> &Table {
        self.view.table()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").finish_non_exhaustive()
    }
}

/// A view of the whole state, which is passed by value. It is the `ctx` of luz.
///
/// A handler that asks for `Ctx` has no other parameters. `Ctx` is a view and not `&mut State`, because a handler could swap the state for
/// another one while a value is lent to it.
///
/// ```
/// use callbacks::{Ctx, State};
///
/// fn double(mut ctx: Ctx<'_>) {
///     if let Some(rate) = ctx.get_mut::<f64>() {
///         *rate *= 2.0;
///     }
/// }
///
/// let mut state = State::new();
/// state.insert(0.1);
/// double(state.ctx());
/// assert_eq!(state.get(), Some(&0.2));
/// ```
pub struct Ctx<'a> {
    view: View<'a>,
}

impl<'a> Ctx<'a> {
    /// Returns the value of type `T`, if there is one.
    ///
    /// ```
    /// # use callbacks::State;
    /// fn on_epoch_end(ctx: &callbacks::Ctx<'_>) -> Option<f64> {
    ///     ctx.get::<f64>().copied()
    /// }
    ///
    /// let mut state = State::new();
    /// assert_eq!(on_epoch_end(&state.ctx()), None);
    /// state.insert(0.1);
    /// assert_eq!(on_epoch_end(&state.ctx()), Some(0.1));
    /// ```
    pub fn get<T: 'static>(&self) -> Option<&T> {
        self.view.table().get()
    }

    /// Returns the value of type `T` to change it, if there is one.
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut state = State::new();
    /// state.insert(0.1);
    /// let mut ctx = state.ctx();
    /// *ctx.get_mut::<f64>().unwrap() *= 2.0;
    /// assert_eq!(ctx.get(), Some(&0.2));
    /// ```
    pub fn get_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.view.get_mut()
    }

    /// Inserts `value` and returns the previous value of its type. Replacing a value does not allocate. A value that is lent is replaced in
    /// place, so that its owner gets the new one.
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut rate = 0.1;
    /// State::new().lend(&mut rate, |mut ctx| {
    ///     assert_eq!(ctx.insert(1_u32), None);
    ///     assert_eq!(ctx.insert(0.2), Some(0.1));
    /// });
    /// assert_eq!(rate, 0.2);
    /// ```
    pub fn insert<T: 'static>(&mut self, value: T) -> Option<T> {
        self.view.insert(value)
    }

    /// Removes the value of type `T` and returns it, if there is one. The error is that the value is [lent](Self::lend).
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut state = State::new();
    /// state.insert(1_u32);
    /// assert_eq!(state.ctx().remove::<u32>(), Ok(Some(1)));
    /// assert_eq!(state.ctx().remove::<u32>(), Ok(None));
    /// ```
    pub fn remove<T: 'static>(&mut self) -> Result<Option<T>, NotOwned> {
        self.view.remove().map_err(|LentError| NotOwned {
            state: type_name::<T>(),
        })
    }

    /// Makes `value` part of the state while `body` runs, like [`State::lend`].
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut weight = 1.0;
    /// State::new().ctx().lend(&mut weight, |mut ctx| *ctx.get_mut::<f64>().unwrap() = 2.0);
    /// assert_eq!(weight, 2.0);
    /// ```
    pub fn lend<T: 'static, R>(
        &mut self,
        value: &mut T,
        body: impl for<'c> FnOnce(Ctx<'c>) -> R,
    ) -> R {
        self.view.lend(value, |view| body(Ctx { view }))
    }

    /// Returns several values at once, like the parameters of a handler. `None` if a value that is not an `Option` is absent, or two of them
    /// cannot be borrowed together.
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut state = State::new();
    /// state.insert(2.0_f64);
    /// state.insert(vec![1.0_f64]);
    /// let mut ctx = state.ctx();
    /// let (values, factor) = ctx.query::<(&mut Vec<f64>, &f64)>().unwrap();
    /// values.iter_mut().for_each(|value| *value *= factor);
    /// assert_eq!(state.get(), Some(&vec![2.0]));
    /// ```
    pub fn query<Q: Query>(&mut self) -> Option<Q::Items<'_>> {
        self.view.query::<Q::Asks>()
    }

    /// Returns the same view with a shorter lifetime.
    ///
    /// ```
    /// # use callbacks::State;
    /// let mut state = State::new();
    /// let mut ctx = state.ctx();
    /// ctx.reborrow().insert(1_u32);
    /// assert_eq!(ctx.get(), Some(&1_u32));
    /// ```
    pub fn reborrow(&mut self) -> Ctx<'_> {
        Ctx {
            view: self.view.reborrow(),
        }
    }

    pub(crate) fn into_view(self) -> View<'a> {
        self.view
    }
}

impl<'a> From<View<'a>> for Ctx<'a> {
    fn from(view: View<'a>) -> Self {
        Self { view }
    }
}

impl<'a> From<&'a mut State> for Ctx<'a> {
    fn from(state: &'a mut State) -> Self {
        Self {
            view: View::of(&mut state.table),
        }
    }
}

impl<'a> From<&'a mut Ctx<'_>> for Ctx<'a> {
    fn from(ctx: &'a mut Ctx<'_>) -> Self {
        ctx.reborrow()
    }
}

impl fmt::Debug for Ctx<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ctx").finish_non_exhaustive()
    }
}

/// The error of removing a value that is lent to the state, which does not own it.
///
/// ```
/// # use callbacks::State;
/// let mut model = 1_u32;
/// let error = State::new().lend(&mut model, |mut ctx| ctx.remove::<u32>().unwrap_err());
/// assert_eq!(error.to_string(), "`u32` is lent to the state and cannot be removed; replace it in place");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Error)]
#[error("`{state}` is lent to the state and cannot be removed; replace it in place")]
pub struct NotOwned {
    /// The name of the value's type.
    state: &'static str,
}

crate::debug_as_display!(NotOwned);

/// The values of a [`Ctx::query`]: a tuple of one to six [`Param`](crate::Param)s.
///
/// ```
/// use callbacks::{Ctx, Query, State};
///
/// /// Whether the values are there, and can be borrowed together.
/// fn have<Q: Query>(ctx: &mut Ctx<'_>) -> bool {
///     ctx.query::<Q>().is_some()
/// }
///
/// let mut state = State::new();
/// state.insert(1_u32);
/// assert!(have::<(&u32, Option<&f64>)>(&mut state.ctx()));
/// assert!(!have::<(&u32, &f64)>(&mut state.ctx()));
/// assert!(!have::<(&u32, &mut u32)>(&mut state.ctx()));
/// ```
pub trait Query {
    /// The tuple of values that a query returns.
    type Items<'w>;
    #[doc(hidden)]
    type Asks: for<'w> Params<Items<'w> = Self::Items<'w>>;
}

macro_rules! query_of_tuples {
    ($($P:ident),*) => {
        impl<$($P: crate::Param),*> Query for ($($P,)*) {
            type Items<'w> = ($($P::Item<'w>,)*);
            type Asks = ($(Ask<$P>,)*);
        }
    };
}

query_of_tuples!(P0);
query_of_tuples!(P0, P1);
query_of_tuples!(P0, P1, P2);
query_of_tuples!(P0, P1, P2, P3);
query_of_tuples!(P0, P1, P2, P3, P4);
query_of_tuples!(P0, P1, P2, P3, P4, P5);
