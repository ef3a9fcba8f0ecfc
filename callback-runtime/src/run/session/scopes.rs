//! The items of an iterator, each inside a scope.

use super::{OpenScope, Session};
use crate::callback::Location;
use crate::loops::{Loop, Scope};
use std::fmt;

/// The items of an iterator, each inside a scope of a [`Session`]; see [`Session::each`].
///
/// The scope of an item ends before the next item is made, and when this iterator is dropped.
///
/// ```
/// # use callbacks::prelude::*;
/// # breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }
/// let session = Plan::<Relax>::new().session().start()?;
/// let mut steps = session.each(Relax::STEP, 0..2);
/// while let Some(step) = steps.next() {
///     println!("{step}");
/// }
/// drop(steps);
/// assert!(session.finish().is_finished());
/// # Ok::<(), PlanError>(())
/// ```
#[must_use = "iterators are lazy"]
pub struct Scopes<'s, 'm, L: Loop, I> {
    session: &'s Session<'m, L>,
    scope: Scope<L>,
    /// Where the loop asks for the scopes.
    caller: Location,
    /// The scope of the last item.
    open: Option<OpenScope<'s, 'm, L>>,
    /// Whether the scope is a round of the loop.
    is_round: bool,
    items: I,
}

impl<'s, 'm, L: Loop, I> Scopes<'s, 'm, L, I> {
    pub(super) fn new(
        session: &'s Session<'m, L>,
        scope: Scope<L>,
        caller: Location,
        items: I,
    ) -> Self {
        Self {
            session,
            scope,
            caller,
            open: None,
            is_round: scope.end().is_round_end(),
            items,
        }
    }

    /// Ends the scope of the last item.
    fn end(&mut self, by_break: bool) {
        if let Some(open) = self.open.take() {
            if self.is_round {
                self.session.end_round(by_break);
            }
            drop(open);
        }
    }
}

impl<L: Loop, I: Iterator> Iterator for Scopes<'_, '_, L, I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.end(false);
        while !self.session.is_interrupted() {
            let item = self.items.next()?;
            self.open = self.session.open_at(self.scope, self.caller);
            if self.open.is_some() {
                return Some(item);
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        // A stop can come before any of them.
        (0, self.items.size_hint().1)
    }
}

impl<L: Loop, I> Drop for Scopes<'_, '_, L, I> {
    fn drop(&mut self) {
        self.end(true);
    }
}

impl<L: Loop, I> fmt::Debug for Scopes<'_, '_, L, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scopes")
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}
