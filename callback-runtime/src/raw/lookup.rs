//! A query that is asked again and again.

use super::fetch::{ParamPtrs, Params, clash, param_ptrs};
use super::slot_sets::RequiredSlots;
use super::table::{Layout, Table};
use crate::state::{Ctx, Query};
use std::fmt;
use std::marker::PhantomData;

/// What [`Ctx::query`] gives, for loops that ask for the same in each of their steps: where the values are is looked for once, and
/// again when it may have changed.
///
/// ```
/// use callbacks::{Lookup, State};
///
/// let mut state = State::new();
/// state.insert(0.5_f64);
/// state.insert(vec![4.0]);
/// let mut scaled = Lookup::<(&f64, &mut Vec<f64>)>::new();
/// let mut ctx = state.ctx();
/// for _ in 0..2 {
///     let (factor, values) = scaled.get(&mut ctx).unwrap();
///     values.iter_mut().for_each(|value| *value *= factor);
/// }
/// assert_eq!(state.get(), Some(&vec![1.0]));
///
/// // As with a query: what is not there, and what cannot be held together, is not given.
/// assert!(scaled.get(&mut State::new().ctx()).is_none());
/// assert!(Lookup::<(&f64, &mut f64)>::new().get(&mut state.ctx()).is_none());
/// ```
pub struct Lookup<Q> {
    /// The layout of the table that the pointers are for.
    layout: Layout,
    param_ptrs: ParamPtrs,
    required: RequiredSlots,
    of: PhantomData<fn() -> Q>,
}

impl<Q: Query> Lookup<Q> {
    /// A lookup that has not resolved anything yet.
    pub fn new() -> Self {
        Self {
            layout: Layout::NONE,
            param_ptrs: ParamPtrs::default(),
            required: RequiredSlots::default(),
            of: PhantomData,
        }
    }

    /// The values, if they are there and can be held together.
    #[inline]
    pub fn get<'s>(&mut self, state: &'s mut Ctx<'_>) -> Option<Q::Items<'s>> {
        let table = state.reborrow().into_view().into_table();
        if self.layout != table.layout() {
            self.look(table)?;
        }
        if !table.satisfies(&self.required) {
            return None;
        }
        // SAFETY: `look` checked that the accesses do not clash, and its pointers are this table's; the slots that they require are filled;
        // the table is borrowed for as long as the items.
        Some(unsafe { Q::Asks::fetch(table, &self.param_ptrs) })
    }

    #[cold]
    #[inline(never)]
    fn look(&mut self, table: &mut Table) -> Option<()> {
        let accesses = Q::Asks::accesses();
        let accesses = accesses.as_ref();
        if clash(accesses).is_some() {
            return None;
        }
        table.grow(
            1 + accesses
                .iter()
                .map(|access| access.slot.index())
                .max()
                .unwrap_or(0),
        );
        self.required = RequiredSlots::of(accesses);
        (self.param_ptrs, self.layout) = (param_ptrs(table, accesses), table.layout());
        Some(())
    }
}

impl<Q: Query> Default for Lookup<Q> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Q> fmt::Debug for Lookup<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lookup").finish_non_exhaustive()
    }
}
