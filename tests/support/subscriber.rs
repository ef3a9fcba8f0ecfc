//! Subscribers of `tracing` that panic, or format every field.
#![allow(dead_code, reason = "no test uses all of it")]

use std::fmt::{Debug, Write};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

/// A subscriber, by what it does at each event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BadSubscriber {
    /// Panics.
    Panics,
    /// Panics when it is asked whether it wants the event.
    PanicsWhenAsked,
    /// Formats every field. An error that is recorded as `%error` arrives as a value whose `Debug` is the `Display` of the error.
    Formats,
}

impl BadSubscriber {
    /// Makes this the process's global subscriber.
    pub(crate) fn install(self) {
        tracing::subscriber::set_global_default(self).expect("no other global subscriber is set");
    }
}

impl Subscriber for BadSubscriber {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        // With `always`, `enabled` would not be asked at each event.
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        assert!(*self != Self::PanicsWhenAsked, "panics when asked");
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        assert!(*self != Self::Panics, "panics at an event");
        event.record(&mut Text::default());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// The text of an event.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // Into a string, which cannot fail.
        let _ = write!(self.0, "{field} = {value:?}, ");
    }
}
