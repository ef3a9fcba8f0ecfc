//! Subscribers of `tracing` that are not as they should be.
#![allow(dead_code, reason = "no test uses all of it")]

use std::fmt::{Debug, Write};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

/// What a subscriber does at each event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Noise {
    /// Panics.
    Panics,
    /// Panics when it is asked whether it wants the event.
    PanicsWhenAsked,
    /// Formats every field, which runs the `Display` of errors.
    Formats,
}

impl Noise {
    /// Gives every event of this process to such a subscriber.
    pub(crate) fn begin(self) {
        tracing::subscriber::set_global_default(self).expect("the only subscriber");
    }
}

impl Subscriber for Noise {
    fn register_callsite(&self, _: &'static Metadata<'static>) -> Interest {
        Interest::sometimes()
    }

    fn enabled(&self, _: &Metadata<'_>) -> bool {
        assert!(*self != Self::PanicsWhenAsked, "no answer about events");
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        assert!(*self != Self::Panics, "no room for events");
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
