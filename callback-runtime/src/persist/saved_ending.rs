//! What ended a run where it was saved.

use super::{SavedFields, SavedValue, SavedValueError};
use crate::outcome::{Origin, Stop};
use crate::run::{PendingFlow, PendingKind, RunCore};
use std::fmt;

impl RunCore<'_> {
    /// Returns the flow with which a run ends that continues from a stop; `None` if it goes on.
    pub(super) fn flow_of(&self, ending: &SavedEnding) -> Option<PendingFlow> {
        let SavedEnding::Stopped(stop) = ending else {
            return None;
        };
        let origin = stop.origin.as_ref();
        let origin = origin.and_then(|(callback, at)| self.origin_of(callback, at));
        Some(PendingFlow {
            kind: PendingKind::Stop(stop.reason.clone().into()),
            origin: origin.unwrap_or_else(Origin::of_loop),
        })
    }

    /// Returns the handler of the callback of this name at this breakpoint, or what is known of one that this run does not have.
    fn origin_of(&self, callback: &str, at: &str) -> Option<Origin> {
        let mut breakpoints = self.loop_info.breakpoints.iter();
        let at = breakpoints.find(|each| each.name() == at)?;
        let mut records = self.dispatcher.all_records();
        let found = records.find(|(handler, record)| {
            handler.breakpoint == at.id() && *self.resolved.names[record.callback] == *callback
        });
        Some(match found {
            Some((handler, _)) => self.origin(handler),
            None => Origin::saved(callback.into(), *at),
        })
    }
}

/// What ended a run where it was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SavedEnding {
    /// A callback stopped the run. A run that continues from there ends with this stop again.
    Stopped(SavedStop),
    /// The run was interrupted. A run that continues from there goes on.
    Interrupted(SavedStop),
    /// The run failed, with this error. What was saved may be half-changed, so that no run continues from there.
    Failed(String),
}

/// A stop or an interrupt where a run was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedStop {
    /// The callback and the breakpoint; `None` for the loop itself.
    origin: Option<(String, String)>,
    reason: String,
}

impl SavedStop {
    fn of(stop: &Stop) -> Self {
        let origin = stop.origin();
        let by = origin.callback().zip(origin.breakpoint());
        Self {
            origin: by.map(|(callback, at)| (callback.to_owned(), at.name().to_owned())),
            reason: stop.reason().to_owned(),
        }
    }

    /// Returns the reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// Returns the name of the callback; `None` for the loop itself.
    pub fn callback(&self) -> Option<&str> {
        self.origin.as_ref().map(|(callback, _)| callback.as_str())
    }
}

impl fmt::Display for SavedStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Some((callback, at)) => write!(f, "{callback} at {at}: {}", self.reason),
            None => write!(f, "the loop itself: {}", self.reason),
        }
    }
}

impl fmt::Display for SavedEnding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped(stop) => write!(f, "stopped by {stop}"),
            Self::Interrupted(stop) => write!(f, "interrupted by {stop}"),
            Self::Failed(error) => write!(f, "failed: {error}"),
        }
    }
}

impl SavedEnding {
    /// Returns the stop; `None` for another ending.
    pub(super) const fn as_stop(&self) -> Option<&SavedStop> {
        match self {
            Self::Stopped(stop) => Some(stop),
            _ => None,
        }
    }

    /// Returns what a flow does to the run that is saved; `None` for a leave, after which the run goes on.
    pub(super) fn of_flow(flow: &PendingFlow) -> Option<Self> {
        let stop = SavedStop::of(&flow.as_stop()?);
        match flow.kind {
            PendingKind::Leave(_) => None,
            PendingKind::Stop(_) => Some(Self::Stopped(stop)),
            PendingKind::Interrupt(_) => Some(Self::Interrupted(stop)),
        }
    }

    /// Returns the ending as one value.
    pub(super) fn to_value(&self) -> SavedValue {
        let (kind, stop) = match self {
            Self::Stopped(stop) => ("stopped", stop),
            Self::Interrupted(stop) => ("interrupted", stop),
            Self::Failed(error) => return entry("failed", SavedValue::Text(error.clone())),
        };
        let text = |text: &str| SavedValue::Text(text.to_owned());
        let mut parts = vec![text(&stop.reason)];
        if let Some((callback, at)) = &stop.origin {
            parts.extend([text(callback), text(at)]);
        }
        entry(kind, SavedValue::List(parts))
    }

    /// Returns the ending of a value that `to_value` returned.
    pub(super) fn from_value(value: SavedValue) -> Result<Self, SavedValueError> {
        let SavedValue::Map(entries) = value else {
            return Err(SavedValueError::new(format!(
                "the ending must be a map, and is {}",
                value.kind()
            )));
        };
        let mut fields: SavedFields = entries.into_iter().collect();
        if let Some(error) = fields.take("failed")? {
            return Ok(Self::Failed(error));
        }
        if let Some(stop) = fields.take("stopped")? {
            return Ok(Self::Stopped(read_stop(stop)?));
        }
        match fields.take("interrupted")? {
            Some(stop) => Ok(Self::Interrupted(read_stop(stop)?)),
            None => Err(SavedValueError::new(
                "an ending is `stopped`, `interrupted` or `failed`",
            )),
        }
    }
}

fn entry(kind: &str, value: SavedValue) -> SavedValue {
    SavedValue::Map(vec![(kind.to_owned(), value)])
}

fn read_stop(parts: Vec<String>) -> Result<SavedStop, SavedValueError> {
    let mut parts = parts.into_iter();
    match (parts.next(), parts.next().zip(parts.next())) {
        (Some(reason), origin) => Ok(SavedStop { origin, reason }),
        (None, _) => Err(SavedValueError::new("a stop has no reason")),
    }
}
