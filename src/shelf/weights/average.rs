//! An average of parameters, which belongs to one fit or one driver.

use crate::Parameters;
use crate::shelf::snapshot_slot::SnapshotSlot;
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, CallbackInfo, Claim, Record, RecordId};
use std::any::type_name;

/// An average of parameters.
pub(super) struct Average<M: Parameters> {
    snapshot: SnapshotSlot<M>,
    /// The number of parameters that are in the average.
    count: u64,
}

impl<M: Parameters> Default for Average<M> {
    fn default() -> Self {
        Self {
            snapshot: SnapshotSlot::default(),
            count: 0,
        }
    }
}

impl<M: Parameters> Average<M> {
    pub(super) fn get(&self) -> Option<&M::Snapshot> {
        self.snapshot.get()
    }

    /// Adds the parameters of a model. `share` returns their share of the average, from the number of parameters including these. The first
    /// ones are the average.
    pub(super) fn add(
        &mut self,
        model: &M,
        share: impl FnOnce(f64) -> f64,
    ) -> Result<(), BoxError> {
        let count = self.count.saturating_add(1);
        match self.snapshot.get_mut() {
            Some(snapshot) => model.average_into(snapshot, share(as_f64(count)))?,
            None => self.snapshot = SnapshotSlot::of(model.snapshot()?),
        }
        self.count = count;
        Ok(())
    }

    /// Loads an average that comes from a saved run, now that the model is there.
    pub(super) fn load(&mut self, model: &M) -> Result<(), BoxError> {
        self.snapshot.load(model)
    }

    /// Names what a saved run has of the average.
    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("count", &mut self.count);
        self.snapshot.persist("parameters", fields);
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a run has fewer than 2^53 updates"
)]
fn as_f64(count: u64) -> f64 {
    count as f64
}

/// Claims that the callback alone does something to the model `M`. `remedy` says what to write for another one.
pub(in crate::shelf) fn claims_model<M>(
    info: CallbackInfo,
    deed: &'static str,
    remedy: &'static str,
) -> CallbackInfo {
    info.claims(Claim::new(deed, remedy).of(type_name::<M>()))
}

/// Claims the parameters of the model in validations: two averages in their place would put back each other's.
pub(super) fn claims_validation<M>(info: CallbackInfo) -> CallbackInfo {
    let remedy = "write `.without_validation()` on one of them";
    claims_model::<M>(
        info,
        "validates its average in place of the parameters",
        remedy,
    )
}

/// Claims the model at the end of a run, which can have one average.
pub(super) fn claims_end<M>(info: CallbackInfo) -> CallbackInfo {
    let remedy = "leave `.apply_at_end()` out of one of them";
    claims_model::<M>(info, "puts its average into the model at the end", remedy)
}

/// Whether the averages belong to the run under way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RunMemory {
    record: Option<RecordId>,
    /// Whether the averages are of the run, or of one that it continues.
    pub(super) is_current: bool,
}

impl RunMemory {
    /// Begins a run. It continues the last one if it has the same record, as the runs of a driver do.
    pub(super) fn begin_run(&mut self, record: &Record) {
        let continues = record.id().is_some() && record.id() == self.record;
        self.is_current &= continues;
        self.record = record.id();
    }

    /// Names what a saved run has of it. The run that continues it has begun with a record of its own.
    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("is_current", &mut self.is_current);
    }
}
