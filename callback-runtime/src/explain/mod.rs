//! Explanations of a plan: which handlers run where, in which order and why, and which state they read and write.
//!
//! - `gather`, `why`, `awaited`: making an explanation of a plan, with the reason for the position of each handler;
//! - `rows`, `orders`, `undecided`: the parts of an explanation;
//! - `table`, `graph`, `dot`, `mermaid`: writing an explanation as text or as a graph.

mod awaited;
mod dot;
mod gather;
mod graph;
mod mermaid;
mod orders;
mod rows;
mod table;
mod undecided;
mod why;

pub use orders::Order;
pub use rows::{Listing, Row, StateUse, Why};
pub use undecided::Undecided;

use crate::loops::{Alias, At, Loop};
use crate::plan::Plan;
use crate::plan::{PlanError, Problem};
use crate::state::AsState;
use std::fmt;

/// A description of a plan: print it, draw it as a graph, inspect its rows, or compare it with another one.
///
/// ```
/// use callbacks::prelude::*;
///
/// let mut plan = Plan::<Fit>::new();
/// plan.on(Fit::on_epoch_end, |epoch: &Epoch| println!("{epoch}")).named("print");
/// let explanation = plan.explain(&State::new())?;
/// println!("{explanation}");
/// assert_eq!(explanation.rows(Fit::on_epoch_end)[0].reads(), ["Epoch"]);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    loop_name: &'static str,
    /// The names of the callbacks, in the order in which they run.
    callbacks: Vec<String>,
    /// The breakpoints with handlers, in the order of the loop.
    listings: Vec<Listing>,
    /// The declared orders, sorted by their source location.
    orders: Vec<Order>,
    /// The pairs whose order only insertion decides.
    undecided: Vec<Undecided>,
    /// The notes of the check.
    notes: Vec<Problem>,
    /// The names of other frameworks for the breakpoints of the loop.
    aliases: &'static [Alias],
}

impl<L: Loop> Plan<L> {
    /// Checks the plan, then describes which handler runs where, in which order and why, and which state each reads and writes.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |rate: &mut LearningRate| rate.set(0.5 * rate.get())).named("halve");
    /// let explanation = plan.explain(&State::new())?;
    /// println!("{explanation}");
    /// assert_eq!(explanation.rows(Fit::on_epoch_end)[0].writes(), ["LearningRate"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn explain(&mut self, state: &impl AsState) -> Result<Explanation, PlanError> {
        self.check(state)?;
        Ok(self.core.explanation(L::ALIASES))
    }
}

impl Explanation {
    /// The name of the loop.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// assert_eq!(Plan::<Fit>::new().explain(&State::new())?.loop_name(), "Fit");
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn loop_name(&self) -> &'static str {
        self.loop_name
    }

    /// The names of the callbacks, in the order in which they run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).weight(1.0).named("last");
    /// plan.on(Fit::on_epoch_begin, || {}).named("first");
    /// assert_eq!(plan.explain(&State::new())?.callbacks(), ["first", "last"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn callbacks(&self) -> &[String] {
        &self.callbacks
    }

    /// The breakpoints that have handlers, in the order of the loop.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_fit_end, || {});
    /// plan.on(Fit::on_fit_begin, || {});
    /// let explanation = plan.explain(&State::new())?;
    /// let names: Vec<_> = explanation.breakpoints().iter().map(|listing| listing.breakpoint().name()).collect();
    /// assert_eq!(names, ["on_fit_begin", "on_fit_end"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn breakpoints(&self) -> &[Listing] {
        &self.listings
    }

    /// The handlers at one breakpoint, in the order in which they run.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |_: &mut LearningRate| {}).named("decay");
    /// let explanation = plan.explain(&State::new())?;
    /// assert_eq!(explanation.rows(Fit::on_epoch_end)[0].callback(), "decay");
    /// assert!(explanation.rows(Fit::on_epoch_begin).is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn rows<L: Loop, A>(&self, at: At<L, A>) -> &[Row] {
        let mut listings = self.listings.iter();
        let found = listings.find(|listing| listing.breakpoint == at.breakpoint());
        found.map_or(&[], |listing| &listing.rows)
    }

    /// The declared orders, sorted by their source location, also those without effect because a callback that they name is not attached.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("print").after("measure");
    /// let explanation = plan.explain(&State::new())?;
    /// assert!(explanation.orders()[0].is_idle());
    /// assert!(explanation.to_string().contains("print after `measure`, which is not attached"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// The pairs of callbacks that use the same state and whose order only insertion decides.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |_: &mut LearningRate| {}).named("halve");
    /// plan.on(Fit::on_epoch_end, |_: &mut LearningRate| {}).named("warm up");
    /// assert_eq!(plan.explain(&State::new())?.undecided().len(), 1);
    /// plan.order("warm up", "halve");
    /// assert!(plan.explain(&State::new())?.undecided().is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn undecided(&self) -> &[Undecided] {
        &self.undecided
    }

    /// The notes of the plan, as in [`Plan::notes`].
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_valid_end, || {});
    /// plan.expect(|states| states.silent_scope(Fit::VALID, "there is no validation data"));
    /// assert_eq!(plan.explain(&State::new())?.notes().len(), 1);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn notes(&self) -> &[Problem] {
        &self.notes
    }

    /// What the hooks of this name, with or without `on_`, are in the loop: those of other frameworks with another name or another meaning than the
    /// loop's own breakpoint.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let explanation = Plan::<Fit>::new().explain(&State::new())?;
    /// let texts: Vec<String> = explanation.aliases("on_train_begin").map(|alias| alias.to_string()).collect();
    /// assert_eq!(texts[0], "`on_train_begin` of Keras is `on_fit_begin` here");
    /// assert!(explanation.aliases("on_train_batch_begin").next().is_none());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn aliases(&self, name: &str) -> impl Iterator<Item = &'static Alias> {
        self.aliases
            .iter()
            .filter(move |alias| alias.is_called(name))
    }

    /// Returns the explanation as a graph in the language of Graphviz, which `dot -Tsvg` draws.
    ///
    /// Each breakpoint is a cluster with its handlers from left to right. Dashed lines lead from the state that a handler reads, red lines to
    /// the state that it writes. Blue lines are declared orders, orange ones connect handlers whose order is undecided.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |_: &Epoch| {}).named("print");
    /// let dot = plan.explain(&State::new())?.dot();
    /// assert!(dot.starts_with("digraph \"Fit\" {"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn dot(&self) -> String {
        dot::text(self)
    }

    /// Returns the explanation as a flowchart in the language of Mermaid, which code hosts draw in a Markdown block of that language.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, |_: &Epoch| {}).named("print");
    /// let chart = plan.explain(&State::new())?.mermaid();
    /// assert!(chart.starts_with("flowchart LR\n"));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn mermaid(&self) -> String {
        mermaid::text(self)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        table::write(self, f)
    }
}
