//! Values that a loop lends to the state of its run, and borrows back between the calls of the run.

use crate::debug_as_display;
use crate::state::{Ctx, State};
use std::any::{Any, TypeId, type_name};
use std::cell::{RefCell, RefMut};
use std::fmt;
use thiserror::Error;

/// The values that a loop lends.
#[derive(Default)]
pub(super) struct Lent<'m>(Vec<LentValue<'m>>);

struct LentValue<'m> {
    value: RefCell<&'m mut (dyn Any + 'static)>,
    type_id: TypeId,
    type_name: &'static str,
    lend: Lend,
    is_in: fn(&State) -> bool,
}

/// Calls the function while the value is in the state.
type Lend = fn(&mut (dyn Any + 'static), Ctx<'_>, &mut dyn FnMut(Ctx<'_>));

impl<'m> Lent<'m> {
    /// Adds a value.
    pub(super) fn add<T: 'static>(&mut self, value: &'m mut T) {
        let type_id = TypeId::of::<T>();
        self.0.push(LentValue {
            value: RefCell::new(value),
            type_id,
            type_name: type_name::<T>(),
            lend: lend::<T>,
            is_in: |state| state.get::<T>().is_some(),
        });
    }

    /// Returns what is wrong with the values, if anything is: state has one value per type.
    pub(super) fn problem(&self, state: &State) -> Option<String> {
        let is_twice = |index: usize| {
            let before = &self.0[..index];
            before
                .iter()
                .any(|lent| lent.type_id == self.0[index].type_id)
        };
        for (index, lent) in self.0.iter().enumerate() {
            let name = lent.type_name;
            if is_twice(index) {
                return Some(format!(
                    "two values of type `{name}` are lent, and state has one value per type; wrap one of them in a struct"
                ));
            }
            if (lent.is_in)(state) {
                return Some(format!(
                    "a value of type `{name}` is lent and another is in the state, which has one value per type; wrap one of them in a struct"
                ));
            }
        }
        None
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Borrows the value of type `T` back. The error says why that is not possible.
    pub(super) fn borrow<T: 'static>(&self) -> Result<RefMut<'_, T>, NotLent> {
        let error = |is_borrowed| NotLent {
            type_name: type_name::<T>(),
            is_borrowed,
        };
        let mut values = self.0.iter();
        let lent = values.find(|lent| lent.type_id == TypeId::of::<T>());
        let value = lent.ok_or_else(|| error(false))?.value.try_borrow_mut();
        let value = value.map_err(|_| error(true))?;
        RefMut::filter_map(value, |value| value.downcast_mut()).map_err(|_| error(false))
    }

    /// Returns the type of a value that the loop has borrowed back.
    pub(super) fn borrowed(&self) -> Option<&'static str> {
        let mut values = self.0.iter();
        let borrowed = values.find(|lent| lent.value.try_borrow_mut().is_err());
        borrowed.map(|lent| lent.type_name)
    }

    /// Calls `body` while the values are in the state, except those that the loop has borrowed back.
    pub(super) fn lend(&self, ctx: Ctx<'_>, body: impl FnOnce(Ctx<'_>)) {
        let mut body = Some(body);
        lend_all(&self.0, ctx, &mut |ctx| {
            if let Some(body) = body.take() {
                body(ctx);
            }
        });
    }
}

fn lend_all(values: &[LentValue<'_>], ctx: Ctx<'_>, body: &mut dyn FnMut(Ctx<'_>)) {
    let Some((first, rest)) = values.split_first() else {
        return body(ctx);
    };
    match first.value.try_borrow_mut() {
        Ok(mut value) => (first.lend)(&mut **value, ctx, &mut |ctx| lend_all(rest, ctx, body)),
        Err(_) => lend_all(rest, ctx, body),
    }
}

fn lend<T: 'static>(
    value: &mut (dyn Any + 'static),
    mut ctx: Ctx<'_>,
    body: &mut dyn FnMut(Ctx<'_>),
) {
    match value.downcast_mut::<T>() {
        Some(value) => ctx.lend(value, body),
        None => body(ctx),
    }
}

/// The error of borrowing a value back from a session.
///
/// ```
/// # use callbacks::prelude::*;
/// let mut model = vec![0.0];
/// let session = Plan::<Fit>::new().session().lend(&mut model).start()?;
/// let borrowed = session.borrow::<Vec<f64>>().unwrap();
/// assert!(session.borrow::<Vec<f64>>().unwrap_err().to_string().contains("is borrowed already"));
/// assert!(session.borrow::<String>().unwrap_err().to_string().contains("`.lend(&mut value)`"));
/// # drop(borrowed);
/// # assert!(session.finish().is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Error)]
pub struct NotLent {
    type_name: &'static str,
    is_borrowed: bool,
}

impl fmt::Display for NotLent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.type_name;
        if self.is_borrowed {
            write!(
                f,
                "`{name}` is borrowed already; drop the other borrow first"
            )
        } else {
            write!(
                f,
                "`{name}` is not lent to the session; write `.lend(&mut value)` where the session is built"
            )
        }
    }
}

debug_as_display!(NotLent);
