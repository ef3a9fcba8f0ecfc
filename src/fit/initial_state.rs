//! The state at the begin of a fit, in a trainer and in a session.

use super::resume::FitPosition;
use super::{Epoch, History, Iteration, MicroStep, Phase, SampleCount, SkipStep, Step, Total};
use callback_runtime::{Record, State};

/// Sets the counters to 0, and empties the record and the history.
pub(super) fn insert_initial(state: &mut State) {
    state.insert(Epoch::default());
    state.insert(Step::default());
    state.insert(Iteration::default());
    state.insert(MicroStep::default());
    state.insert(Total::default());
    state.insert(SampleCount::default());
    state.insert(Phase::default());
    state.insert(SkipStep::default());
    state.insert(Record::default());
    state.insert(History::default());
    state.insert(FitPosition::default());
}
