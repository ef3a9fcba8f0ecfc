//! What a plan knows of an attached callback.

use super::erased::CallbackFunctions;
use crate::background::BackgroundSetting;
use crate::callback::{CallbackInfo, Location, Relations};
use crate::outcome::OnFailure;
use crate::parallel::ThreadAffinity;
use crate::period::AttachedPeriod;
use crate::raw::Sendable;

/// What a plan knows of an attached callback.
pub(crate) struct Attached {
    pub(crate) functions: CallbackFunctions,
    /// What the callback declares about itself.
    pub(crate) info: CallbackInfo,
    /// Why it could not say more, where its function panicked.
    pub(crate) panicked: Option<String>,
    /// The name given when it was attached.
    pub(crate) name: Option<String>,
    /// The weight given when it was attached.
    pub(crate) weight: Option<f64>,
    /// What its failures do to a run.
    pub(crate) on_failure: OnFailure,
    /// The proof that it may be sent to another thread, if there is one.
    pub(crate) sendable: Option<Sendable>,
    /// Whether its handlers for the background run there.
    pub(crate) background: BackgroundSetting,
    /// The periods given when it was attached.
    pub(crate) periods: Vec<AttachedPeriod>,
    /// The relations to others given when it was attached.
    pub(crate) relations: Relations,
    /// Its place among the others of the same weight.
    pub(crate) insertion: Insertion,
    pub(crate) added_at: Location,
    /// Whether a call for this callback attached it; a discovered callback was not.
    pub(crate) by_hand: bool,
    pub(crate) affinity: ThreadAffinity,
    /// Where `parallel` demands that it can run in parallel.
    pub(crate) parallel: Option<Location>,
    /// Whether it may have changed since `info` was asked for.
    pub(crate) changed: bool,
    /// Whether it runs: a discovered callback does not, where one of its type is attached by hand.
    pub(crate) active: bool,
}

/// The place of a callback among those of the same weight: callbacks run in the order of the calls that attached them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Insertion {
    /// The number of the call.
    pub(crate) call: usize,
    /// The place among the callbacks that the same call attached: a call of `discover` attaches many.
    pub(crate) nth: usize,
}

impl Attached {
    pub(crate) fn weight(&self) -> f64 {
        self.weight.unwrap_or_else(|| self.info.own_weight())
    }

    pub(crate) fn explicit_name(&self) -> Option<&str> {
        self.name.as_deref().or_else(|| self.info.explicit_name())
    }

    /// Where the callback is written; where it is attached, if that is not known.
    pub(crate) fn location(&self) -> Location {
        self.info.own_location().unwrap_or(self.added_at)
    }
}
