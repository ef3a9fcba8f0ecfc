//! What a callback declares that it remembers.

use super::fields::FieldProblem;
use super::{Fields, SavedFields};
use crate::callback::CallbackInfo;
use crate::outcome::{BoxError, Cause, catch};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A function that changes the fields of an older version into those of the current one.
pub type Migrate = fn(u32, &mut SavedFields) -> Result<(), BoxError>;

/// Names the fields of a callback whose type is erased.
type VisitCallback = dyn Fn(&mut dyn Any, &mut Fields<'_>) + Send + Sync;

/// How a callback is saved and loaded.
#[derive(Clone)]
pub(crate) struct Persist {
    /// Names the fields of the callback.
    visit: Arc<VisitCallback>,
    /// The version of the fields, and what changes those of older ones.
    pub(super) version: u32,
    pub(super) migrate: Option<Migrate>,
}

impl fmt::Debug for Persist {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Persist(version {})", self.version)
    }
}

impl Persist {
    fn of<C: 'static>(visit: fn(&mut C, &mut Fields<'_>)) -> Self {
        Self {
            visit: Arc::new(move |callback, fields| {
                if let Some(callback) = callback.downcast_mut() {
                    visit(callback, fields);
                }
            }),
            version: 1,
            migrate: None,
        }
    }

    /// Returns the fields of the callback, and those that cannot be saved.
    pub(super) fn save(
        &self,
        callback: &mut dyn Any,
    ) -> Result<(SavedFields, Vec<FieldProblem>), Cause> {
        catch(|| Fields::save(|fields| (self.visit)(callback, fields)))
    }

    /// Loads the fields of the callback, and leaves those that it does not name.
    pub(super) fn load(
        &self,
        callback: &mut dyn Any,
        saved: &mut SavedFields,
    ) -> Result<Vec<FieldProblem>, Cause> {
        catch(|| Fields::load(saved, |fields| (self.visit)(callback, fields)))
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
        self.declare().persist = Some(Persist::of(visit));
        self
    }

    /// Declares the version of the fields, 1 without this call. A saved run with a newer version of the callback fails, and one with an
    /// older version does unless the callback [migrates](Self::persist_migrate) it. `persist(best, version = 2)` on the attribute writes
    /// this call.
    pub fn persist_version(mut self, version: u32) -> Self {
        if let Some(persist) = &mut self.declare().persist {
            persist.version = version;
        }
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
    pub fn persist_migrate(mut self, migrate: Migrate) -> Self {
        if let Some(persist) = &mut self.declare().persist {
            persist.migrate = Some(migrate);
        }
        self
    }
}
