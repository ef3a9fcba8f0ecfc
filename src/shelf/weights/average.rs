//! An average of parameters, which belongs to one fit or one driver.

use crate::Parameters;
use callback_runtime::{BoxError, CallbackInfo, Claim, Record, RecordId};
use std::any::type_name;

/// An average of parameters.
pub(super) struct Average<M: Parameters> {
    snapshot: Option<M::Snapshot>,
    /// The number of parameters that are in the average.
    count: u64,
}

impl<M: Parameters> Default for Average<M> {
    fn default() -> Self {
        Self {
            snapshot: None,
            count: 0,
        }
    }
}

impl<M: Parameters> Average<M> {
    pub(super) fn get(&self) -> Option<&M::Snapshot> {
        self.snapshot.as_ref()
    }

    /// Adds the parameters of a model. `share` returns their share of the average, from the number of parameters including these. The first
    /// ones are the average.
    pub(super) fn add(
        &mut self,
        model: &M,
        share: impl FnOnce(f64) -> f64,
    ) -> Result<(), BoxError> {
        let count = self.count.saturating_add(1);
        match &mut self.snapshot {
            Some(snapshot) => model.average_into(snapshot, share(as_f64(count)))?,
            none => *none = Some(model.snapshot()?),
        }
        self.count = count;
        Ok(())
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
}
