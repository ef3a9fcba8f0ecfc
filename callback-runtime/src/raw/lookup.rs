//! A query that a loop repeats, with its parameter pointers cached between the calls.

use super::fetch::{ParamPtrs, Params, find_clash, param_ptrs, width};
use super::slot_sets::RequiredSlots;
use super::table::{Layout, Table};
use crate::state::{Ctx, Query};
use std::fmt;
use std::marker::PhantomData;

/// A [`Ctx::query`] for loops that ask for the same values in each step. It finds the addresses of the values once, and again only
/// after they may have changed.
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
/// // As with a query, the result is `None` if a value is absent or two parameters conflict.
/// assert!(scaled.get(&mut State::new().ctx()).is_none());
/// assert!(Lookup::<(&f64, &mut f64)>::new().get(&mut state.ctx()).is_none());
/// ```
pub struct Lookup<Q> {
    /// The layout of the table that `param_ptrs` were made for; [`Layout::NONE`] before the first successful [`resolve`](Self::resolve).
    layout: Layout,
    /// The parameter pointers of `Q`, which are valid for a table with `layout`.
    param_ptrs: ParamPtrs,
    /// The slots that `Q` requires; empty before the first successful [`resolve`](Self::resolve).
    required: RequiredSlots,
    marker: PhantomData<fn() -> Q>,
}

impl<Q: Query> Lookup<Q> {
    /// Makes a lookup that finds the values at its first [`get`](Self::get).
    pub fn new() -> Self {
        Self {
            layout: Layout::NONE,
            param_ptrs: ParamPtrs::default(),
            required: RequiredSlots::default(),
            marker: PhantomData,
        }
    }

    /// Returns the values, if all of them are there and the parameters do not conflict.
    #[inline]
    pub fn get<'s>(&mut self, state: &'s mut Ctx<'_>) -> Option<Q::Items<'s>> {
        let table = state.reborrow().into_view().into_table();
        if self.layout != table.layout() {
            self.resolve(table)?;
        }
        if !table.satisfies(&self.required) {
            return None;
        }
        // SAFETY: `resolve` checked that the accesses are compatible, and made the pointers from a table with this layout.
        // `Table::satisfies` checked that the required values are there. `state` borrows the table for as long as the items.
        Some(unsafe { Q::Asks::fetch(table, &self.param_ptrs) })
    }

    /// Makes the parameter pointers from `table`. `None` if two parameters conflict.
    #[cold]
    #[inline(never)]
    fn resolve(&mut self, table: &mut Table) -> Option<()> {
        let accesses = Q::Asks::accesses();
        let accesses = accesses.as_ref();
        if find_clash(accesses).is_some() {
            return None;
        }
        table.grow(width(accesses));
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
