//! What a callback declares that it remembers.

use super::fields::FieldProblem;
use super::{Buffers, Fields, SavedFields};
use crate::callback::{CallbackInfo, short_type_name};
use crate::outcome::{BoxError, Cause, catch};
use std::any::{Any, type_name};
use std::fmt;
use std::sync::Arc;

/// A function that changes the fields of an older version, which it gets, into those of the current one.
pub type Migration = fn(u32, &mut SavedFields) -> Result<(), BoxError>;

/// Names the fields of a callback whose type is erased.
type VisitCallback = dyn Fn(&mut dyn Any, &mut Fields<'_>) + Send + Sync;

/// What a callback declares that a saved run has of it.
#[derive(Clone)]
pub(crate) struct CallbackPersistence {
    /// Names the fields of the callback. `None` if it remembers nothing.
    visit: Option<Arc<VisitCallback>>,
    /// The version of the fields, and what changes those of older ones.
    pub(super) version: u32,
    pub(super) migrate: Option<Migration>,
}

impl fmt::Debug for CallbackPersistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallbackPersistence(version {})", self.version)
    }
}

impl Default for CallbackPersistence {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl CallbackPersistence {
    /// Remembers nothing.
    pub(crate) const NOTHING: Self = Self {
        visit: None,
        version: 1,
        migrate: None,
    };

    /// Whether a saved run has the callback.
    pub(crate) const fn is_saved(&self) -> bool {
        self.visit.is_some()
    }

    /// Returns the fields of the callback, and those that cannot be saved.
    pub(super) fn save(
        &self,
        callback: &mut dyn Any,
        buffers: &mut Buffers,
    ) -> Result<(SavedFields, Vec<FieldProblem>), Cause> {
        catch(|| Fields::save(buffers, |fields| self.visit(callback, fields)))
    }

    /// Loads the fields of the callback, and leaves those that it does not name. Collects the positions of its sinks.
    pub(super) fn load(
        &self,
        callback: &mut dyn Any,
        saved: &mut SavedFields,
        positions: &mut SavedFields,
    ) -> Result<Vec<FieldProblem>, Cause> {
        catch(|| Fields::load(saved, positions, |fields| self.visit(callback, fields)))
    }

    /// Lets the sinks of the callback go back to their positions.
    pub(super) fn rewind(
        &self,
        callback: &mut dyn Any,
        positions: &mut SavedFields,
    ) -> Result<Vec<FieldProblem>, Cause> {
        catch(|| Fields::rewind_all(positions, |fields| self.visit(callback, fields)))
    }

    /// Checks that the sinks of a callback that was not saved can begin anew.
    pub(super) fn check_absent(&self, callback: &mut dyn Any) -> Result<Vec<FieldProblem>, Cause> {
        catch(|| Fields::check_absent(|fields| self.visit(callback, fields)))
    }

    fn visit(&self, callback: &mut dyn Any, fields: &mut Fields<'_>) {
        if let Some(visit) = &self.visit {
            visit(callback, fields);
        }
    }
}

/// Names the fields of a callback of type `C`. A callback of another type is a wrapper that returns the info of what it wraps.
fn visit_as<C: 'static>(
    visit: fn(&mut C, &mut Fields<'_>),
    callback: &mut dyn Any,
    fields: &mut Fields<'_>,
) {
    match callback.downcast_mut() {
        Some(callback) => visit(callback, fields),
        None => fields.report(format!(
            "its fields are those of a `{}` that it wraps; call `.persist::<Self>(…)` or `.without_persist()` where `info` returns",
            short_type_name(type_name::<C>())
        )),
    }
}

/// What a callback remembers: what a saved run has of it.
impl CallbackInfo {
    /// Declares what the callback remembers: `visit` names its fields. `persist(…)` on the attribute writes this call.
    ///
    /// ```
    /// # use callbacks::CallbackInfo;
    /// # use callbacks::prelude::*;
    /// struct Best(Option<f64>);
    ///
    /// impl Callback<Fit> for Best {
    ///     fn info(&self) -> CallbackInfo {
    ///         CallbackInfo::of::<Self>().persist::<Self>(|best, fields| fields.field("best", &mut best.0))
    ///     }
    ///
    ///     fn handlers(&self, h: &mut Handlers<Fit, Self>) {
    ///         h.on(Fit::on_epoch_end, |best: &mut Self, record: &Record| best.0 = record.get("valid_loss"));
    ///     }
    /// }
    /// ```
    pub fn persist<C: 'static>(mut self, visit: fn(&mut C, &mut Fields<'_>)) -> Self {
        let persist = &mut self.declare().persist;
        persist.visit = Some(Arc::new(
            move |callback: &mut dyn Any, fields: &mut Fields<'_>| {
                visit_as(visit, callback, fields);
            },
        ));
        self
    }

    /// Declares that the callback remembers nothing, for a wrapper that returns the info of what it wraps.
    ///
    /// ```
    /// # use callbacks::CallbackInfo;
    /// # let of_what_it_wraps = CallbackInfo::of::<String>();
    /// let info = of_what_it_wraps.without_persist();
    /// ```
    pub fn without_persist(mut self) -> Self {
        self.declare().persist = CallbackPersistence::NOTHING;
        self
    }

    /// Declares the version of the fields, 1 without this call. A saved run with a newer version of the callback fails, and one with an
    /// older version does unless the callback [migrates](Self::persist_migrate) it. `persist(best, version = 2)` on the attribute writes
    /// this call.
    pub fn persist_version(mut self, version: u32) -> Self {
        self.declare().persist.version = version;
        self
    }

    /// Declares the function that changes the fields of an older version, which it gets, into those of this one.
    /// `persist(best, version = 2, migrate = Self::migrate)` on the attribute writes this call.
    ///
    /// ```
    /// # use callbacks::CallbackInfo;
    /// # struct Best { best_loss: Option<f64> }
    /// # fn info() -> CallbackInfo {
    /// CallbackInfo::of::<Best>()
    ///     .persist::<Best>(|best, fields| fields.field("best_loss", &mut best.best_loss))
    ///     .persist_version(2)
    ///     .persist_migrate(|_from, fields| {
    ///         fields.rename("best", "best_loss");
    ///         Ok(())
    ///     })
    /// # }
    /// ```
    pub fn persist_migrate(mut self, migrate: Migration) -> Self {
        self.declare().persist.migrate = Some(migrate);
        self
    }
}
