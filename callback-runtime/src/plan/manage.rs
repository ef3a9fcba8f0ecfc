//! Reading, changing, replacing and removing attached callbacks between runs, by type or by name.

use super::attached::Stay;
use super::{Attached, ErasedCallback, Plan, PlanCore, order};
use crate::callback::{Callback, CallbackId, Location};
use crate::loops::Loop;
use crate::outcome::dispose;
use std::any::{Any, TypeId};

impl<L: Loop> Plan<L> {
    /// Returns the first attached callback of type `C`, for example to read its results after a run. Discovered callbacks are attached by the
    /// first check. A closure has no type that can be written here; use [`remove_named`](Self::remove_named) for closures.
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
        self.core.value(self.core.id_of_type(TypeId::of::<C>())?)
    }

    /// Returns the first attached callback of type `C` for changing it.
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
        let id = self.core.id_of_type(TypeId::of::<C>())?;
        self.core.value_mut(id)
    }

    /// Returns the callback named `name`, if it is of type `C`. Names are those of [`names`](Self::names): the second `Count` is `Count#2`.
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
        self.core.value(self.core.id_of_name(name)?)
    }

    /// Returns the callback named `name` for changing it, if it is of type `C`.
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
        self.core.value_mut(self.core.id_of_name(name)?)
    }

    /// Replaces the first callback of type `C` by `new` and returns the old one. Attaches `new` if there is no callback of type `C`. The
    /// settings of the attachment stay: its position, name, weight and relations.
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
        self.core.suppress_discovered();
        let Some(id) = self.core.id_of_type(TypeId::of::<C>()) else {
            self.add(new);
            return None;
        };
        let new = ErasedCallback::sendable::<L, C>(new);
        downcast(self.core.replace_at(id, new, Location::here()))
    }

    /// Replaces the callback named `name` by `new`, which may be of another type. The settings of the attachment stay: its position, name,
    /// weight and relations. Returns whether there was a callback of that name.
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
        self.core.suppress_discovered();
        let Some(id) = self.core.id_of_name(name) else {
            dispose(new, "a callback");
            return false;
        };
        self.core.attached[id].name = Some(name.to_owned());
        let new = ErasedCallback::sendable::<L, _>(new);
        let old = self.core.replace_at(id, new, Location::here());
        dispose(old, "a callback");
        true
    }

    /// Removes the first callback of type `C` and returns it. A discovered callback is not discovered again by an earlier call of
    /// [`discover`](Self::discover), unless no check or run has followed that call yet. A [default](Self::add_default) that the callback has
    /// replaced runs again.
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
        self.core.suppress_discovered();
        let id = self.core.id_of_type(TypeId::of::<C>())?;
        downcast(self.core.remove_at(id))
    }

    /// Removes the callback named `name`, whatever its type; it may be a closure. Returns whether there was a callback of that name. A
    /// [default](Self::add_default) that the callback has replaced runs again.
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
        self.core.suppress_discovered();
        let Some(id) = self.core.id_of_name(name) else {
            return false;
        };
        dispose(self.core.remove_at(id), "a callback");
        true
    }
}

impl<L: Loop> Plan<L> {
    /// Removes all callbacks, and forgets the calls of [`discover`](Self::discover) and [`require`](Self::require). Declared orders and other
    /// settings of the plan stay.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("old");
    /// plan.clear();
    /// plan.on(Fit::on_epoch_end, || {}).named("new");
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["new"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[doc(alias = "setcallbacks")]
    pub fn clear(&mut self) {
        self.core.requests.clear();
        self.core.stale = true;
        self.core.remove_where(|_| true);
    }

    /// Keeps the callbacks that were attached [for one run](crate::Attachment::for_one_run) for one more, if the last run was theirs: for a
    /// function that tries a plan with a short run of its own.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// let mut plan = Plan::<Fit>::new();
    /// plan.on(Fit::on_epoch_end, || {}).named("once").for_one_run();
    /// plan.run(&mut State::new(), |_run| Ok(()))?.ok().unwrap();
    /// plan.keep_for_next_run();
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["once"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn keep_for_next_run(&mut self) {
        let used = self.core.attached.iter_mut();
        let used = used.filter(|attached| attached.stay == Stay::Over);
        used.for_each(|attached| attached.stay = Stay::NextRun);
    }
}

impl PlanCore {
    /// Removes the callbacks that were attached for one run, which has begun.
    pub(crate) fn remove_used(&mut self) {
        self.remove_where(|attached| attached.stay == Stay::Over);
    }

    /// Notes that the run of the callbacks that were attached for one run begins.
    pub(crate) fn mark_used(&mut self) {
        let once = self.attached.iter_mut();
        let once = once.filter(|attached| attached.stay == Stay::NextRun);
        once.for_each(|attached| attached.stay = Stay::Over);
    }

    fn remove_where(&mut self, is_removed: impl Fn(&Attached) -> bool) {
        while let Some(id) = self.find(&is_removed) {
            dispose(self.detach(id).1, "a callback");
        }
    }

    /// Calls `Callback::info` again for the callbacks that may have changed since the last call.
    pub(crate) fn refresh_infos(&mut self) {
        for id in CallbackId::first_ids(self.attached.len()) {
            let attached = &mut self.attached[id];
            if std::mem::take(&mut attached.changed) {
                let callback = self.dispatcher.callback(id);
                (attached.info, attached.panicked) = attached.functions.info(callback);
            }
        }
    }

    /// Finds the first callback of a type. One that is attached by hand comes first, since it may replace others that no check has suppressed yet.
    fn id_of_type(&self, type_id: TypeId) -> Option<CallbackId> {
        let is_meant =
            |attached: &Attached| attached.active && attached.functions.type_id == type_id;
        let by_hand = self.find(|attached| attached.by_hand && is_meant(attached));
        by_hand.or_else(|| self.find(is_meant))
    }

    fn id_of_name(&self, name: &str) -> Option<CallbackId> {
        let names = order::names(&self.attached);
        let mut all = CallbackId::first_ids(names.len());
        all.find(|id| self.attached[*id].active && *names[*id] == *name)
    }

    fn find(&self, predicate: impl Fn(&Attached) -> bool) -> Option<CallbackId> {
        let index = self.attached.iter().position(predicate);
        index.map(CallbackId::new)
    }

    fn value<C: 'static>(&self, id: CallbackId) -> Option<&C> {
        self.dispatcher.callback(id).downcast_ref()
    }

    fn value_mut<C: 'static>(&mut self, id: CallbackId) -> Option<&mut C> {
        // The caller may change the callback's info and its handlers.
        self.stale = true;
        self.attached[id].changed = true;
        self.dispatcher.callback_mut(id).downcast_mut()
    }

    /// Replaces a callback by `new` and returns the old one.
    fn replace_at(
        &mut self,
        id: CallbackId,
        new: ErasedCallback,
        location: Location,
    ) -> Box<dyn Any> {
        self.stale = true;
        let attached = &mut self.attached[id];
        (attached.info, attached.panicked) = new.functions.info(new.value.as_ref());
        let old = std::mem::replace(&mut attached.functions, new.functions);
        (attached.sendable, attached.added_at) = (new.sendable, location);
        (attached.by_hand, attached.is_default) = (true, false);
        self.save_period_states();
        let callback = self.dispatcher.replace(id, new.value);
        if old.type_id != new.functions.type_id {
            self.remove_suppressed(old.type_id);
        }
        callback
    }

    /// Removes a callback and the discovered ones that it has suppressed, and returns it. A default that it has replaced runs again.
    fn remove_at(&mut self, id: CallbackId) -> Box<dyn Any> {
        let attached = &self.attached[id];
        if attached.is_default {
            let name = attached.plain_name().to_owned();
            let is_same =
                |other: &Attached| !other.active && other.is_default && other.plain_name() == name;
            self.remove_where(is_same);
        }
        let (type_id, callback) = self.detach(id);
        self.remove_suppressed(type_id);
        self.suppress_discovered();
        callback
    }

    /// Removes a callback. Returns its type and the callback. The ids of later callbacks go down by one.
    fn detach(&mut self, id: CallbackId) -> (TypeId, Box<dyn Any>) {
        self.stale = true;
        let old = self.attached.remove(id.index());
        self.save_period_states();
        (old.functions.type_id, self.dispatcher.remove(id))
    }

    /// Removes the suppressed discovered callbacks of a type, so that they do not run in place of the callback that suppressed them.
    fn remove_suppressed(&mut self, type_id: TypeId) {
        let is_suppressed = |attached: &Attached| {
            !attached.active && !attached.is_default && attached.functions.type_id == type_id
        };
        while let Some(other) = self.find(is_suppressed) {
            self.attached.remove(other.index());
            dispose(self.dispatcher.remove(other), "a callback");
        }
    }
}

fn downcast<C: 'static>(callback: Box<dyn Any>) -> Option<C> {
    callback.downcast().ok().map(|boxed| *boxed)
}
