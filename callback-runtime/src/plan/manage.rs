//! Callbacks between runs: to look at, to change, to replace and to take out, by type or by name.

use super::attach::info_of;
use super::erased::AnyCallback;
use super::{Plan, order};
use crate::callback::{Callback, Location};
use crate::loops::Loop;
use crate::outcome::dispose;
use crate::parallel::ThreadAffinity;
use crate::raw::Sendable;
use std::any::TypeId;

impl<L: Loop> Plan<L> {
    /// The first callback of type `C`, in the order of attaching: to read, after a run, what it has gathered. What is discovered is
    /// there from the first check on; a closure's type has no name.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # #[derive(Default)]
    /// # struct Count(u64);
    /// # #[callback(discover = false)]
    /// # impl Count { fn on_epoch_end(&mut self) { self.0 += 1; } }
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Count::default());
    /// let outcome = plan.run(&mut State::new(), |run| run.scope(Fit::EPOCH, |_| Ok(())).map(drop))?;
    /// assert_eq!(plan.get::<Count>().map(|count| count.0), Some(1));
    /// # assert!(outcome.is_finished());
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn get<C: Callback<L>>(&self) -> Option<&C> {
        self.at(self.of_type::<C>()?)
    }

    /// The first callback of type `C`, to change.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # #[derive(Default)]
    /// # struct Count(u64);
    /// # #[callback(discover = false)]
    /// # impl Count { fn on_epoch_end(&mut self) { self.0 += 1; } }
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Count(7));
    /// plan.get_mut::<Count>().unwrap().0 = 0;
    /// assert_eq!(plan.get::<Count>().map(|count| count.0), Some(0));
    /// ```
    pub fn get_mut<C: Callback<L>>(&mut self) -> Option<&mut C> {
        self.at_mut(self.of_type::<C>()?)
    }

    /// The callback named `name`, if it is of type `C`. Names are those of [`names`](Self::names): the second `Count` is `Count#2`.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # #[derive(Default)]
    /// # struct Count(u64);
    /// # #[callback(discover = false)]
    /// # impl Count { fn on_epoch_end(&mut self) { self.0 += 1; } }
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Count(1));
    /// plan.add(Count(2));
    /// plan.add(Count(3)).named("third");
    /// let count = |name| plan.get_named::<Count>(name).map(|count| count.0);
    /// assert_eq!((count("Count#2"), count("third"), count("Count#3")), (Some(2), Some(3), None));
    /// ```
    pub fn get_named<C: Callback<L>>(&self, name: &str) -> Option<&C> {
        self.at(self.of_name(name)?)
    }

    /// The callback named `name`, if it is of type `C`, to change.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # #[derive(Default)]
    /// # struct Count(u64);
    /// # #[callback(discover = false)]
    /// # impl Count { fn on_epoch_end(&mut self) { self.0 += 1; } }
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Count(1)).named("epochs");
    /// plan.get_named_mut::<Count>("epochs").unwrap().0 = 7;
    /// assert_eq!(plan.get::<Count>().map(|count| count.0), Some(7));
    /// ```
    pub fn get_named_mut<C: Callback<L>>(&mut self, name: &str) -> Option<&mut C> {
        self.at_mut(self.of_name(name)?)
    }

    /// Puts `new` into the place of the first callback of type `C`, and gives that one back; where there is none, attaches `new`.
    /// What was said when the other was attached is kept: its place, name, weight and order.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # #[derive(Default)]
    /// # struct Count(u64);
    /// # #[callback(discover = false)]
    /// # impl Count { fn on_epoch_end(&mut self) { self.0 += 1; } }
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Count(7)).named("epochs");
    /// plan.on(Fit::on_epoch_end, || {});
    /// assert_eq!(plan.replace(Count(0)).map(|old| old.0), Some(7));
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["epochs", "closure"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn replace<C: Callback<L> + Send>(&mut self, new: C) -> Option<C> {
        self.suppress();
        let Some(at) = self.of_type::<C>() else {
            self.add(new);
            return None;
        };
        let sendable = Some(Sendable::of::<C>());
        downcast(self.put(at, Box::new(new), sendable, Location::here()))
    }

    /// Puts `new`, which may be of another type, into the place of the callback named `name`. What was said when the other was
    /// attached is kept: its place, weight and order; and its name in any case. Says whether there was one.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # #[derive(Default)]
    /// # struct Bar;
    /// # #[callback(discover = false)]
    /// # impl Bar { fn on_epoch_end(&self) {} }
    /// # #[derive(Default)]
    /// # struct Quiet;
    /// # #[callback(discover = false)]
    /// # impl Quiet { fn on_epoch_end(&self) {} }
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Bar);
    /// assert!(plan.replace_named("Bar", Quiet));
    /// assert!(plan.get::<Bar>().is_none());
    /// assert!(plan.get_named::<Quiet>("Bar").is_some());
    /// ```
    #[track_caller]
    #[must_use = "where there is no callback of that name, `new` is dropped"]
    pub fn replace_named(&mut self, name: &str, new: impl Callback<L> + Send) -> bool {
        self.suppress();
        let Some(at) = self.of_name(name) else {
            dispose(new, "a callback");
            return false;
        };
        self.attached[at].name = Some(name.to_owned());
        let sendable = Some(sendable(&new));
        let old = self.put(at, Box::new(new), sendable, Location::here());
        dispose(old, "a callback");
        true
    }

    /// Takes the first callback of type `C` out. What was discovered does not come back; a [`discover`](Self::discover) that no check or run
    /// has followed yet may find one.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # #[derive(Default)]
    /// # struct Count(u64);
    /// # #[callback(discover = false)]
    /// # impl Count { fn on_epoch_end(&mut self) { self.0 += 1; } }
    /// let mut plan = Plan::<Fit>::new();
    /// plan.add(Count(7));
    /// assert_eq!(plan.remove::<Count>().map(|count| count.0), Some(7));
    /// assert!(plan.remove::<Count>().is_none());
    /// ```
    pub fn remove<C: Callback<L>>(&mut self) -> Option<C> {
        self.suppress();
        let at = self.of_type::<C>()?;
        downcast(self.take_out(at))
    }

    /// Takes the callback named `name` out, whatever its type: a closure too. Says whether there was one.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("print");
    /// plan.on(Fit::on_epoch_end, || {});
    /// assert!(plan.remove_named("print"));
    /// assert!(!plan.remove_named("print"));
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["closure"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn remove_named(&mut self, name: &str) -> bool {
        self.suppress();
        let found = self.of_name(name).map(|at| self.take_out(at));
        let is_found = found.is_some();
        dispose(found, "a callback");
        is_found
    }

    /// Asks those that may have changed what they say of themselves now.
    pub(crate) fn refresh_infos(&mut self) {
        for (at, attached) in self.attached.iter_mut().enumerate() {
            if std::mem::take(&mut attached.changed) {
                let callback = self.dispatcher.instance(at);
                (attached.info, attached.panicked) = info_of(callback);
            }
        }
    }

    fn of_type<C: Callback<L>>(&self) -> Option<usize> {
        let wanted = TypeId::of::<C>();
        let mut all = self.attached.iter();
        all.position(|one| one.active && one.type_id == wanted)
    }

    fn of_name(&self, name: &str) -> Option<usize> {
        let names = order::names(&self.attached);
        let mut all = self.attached.iter().zip(&names);
        all.position(|(one, its)| one.active && **its == *name)
    }

    fn at<C: Callback<L>>(&self, at: usize) -> Option<&C> {
        self.dispatcher.instance(at).as_any().downcast_ref()
    }

    fn at_mut<C: Callback<L>>(&mut self, at: usize) -> Option<&mut C> {
        // What it says of itself, and its handlers, may change with it.
        self.stale = true;
        self.attached[at].changed = true;
        let callback = self.dispatcher.instance_mut(at);
        callback.as_any_mut().downcast_mut()
    }

    /// Puts `new` into the place of another callback.
    fn put(
        &mut self,
        at: usize,
        new: Box<dyn AnyCallback<L>>,
        sendable: Option<Sendable>,
        location: Location,
    ) -> Box<dyn AnyCallback<L>> {
        self.stale = true;
        let attached = &mut self.attached[at];
        let type_id = new.as_ref().erased_type();
        let gone = std::mem::replace(&mut attached.type_id, type_id);
        attached.sendable = sendable;
        attached.affinity = ThreadAffinity::Anywhere;
        attached.attached_at = location;
        attached.by_hand = true;
        (attached.info, attached.panicked) = info_of(new.as_ref());
        self.save_period_states();
        let callback = self.dispatcher.replace(at, new);
        if gone != type_id {
            self.forget_suppressed(gone);
        }
        callback
    }

    fn take_out(&mut self, at: usize) -> Box<dyn AnyCallback<L>> {
        self.stale = true;
        let gone = self.attached.remove(at);
        self.save_period_states();
        let callback = self.dispatcher.remove(at);
        self.forget_suppressed(gone.type_id);
        callback
    }

    /// Whom one that is gone suppressed does not come back in its place.
    fn forget_suppressed(&mut self, gone: TypeId) {
        while let Some(other) = self.suppressed(gone) {
            self.attached.remove(other);
            dispose(self.dispatcher.remove(other), "a callback");
        }
    }

    fn suppressed(&self, type_id: TypeId) -> Option<usize> {
        let mut all = self.attached.iter();
        all.position(|one| !one.active && one.type_id == type_id)
    }
}

fn downcast<L: Loop, C: Callback<L>>(callback: Box<dyn AnyCallback<L>>) -> Option<C> {
    callback.into_any().downcast().ok().map(|boxed| *boxed)
}

fn sendable<C: Send + 'static>(_: &C) -> Sendable {
    Sendable::of::<C>()
}
