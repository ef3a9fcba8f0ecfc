//! The settings of an attached callback.

use super::erased::CallbackFunctions;
use crate::background::BackgroundSetting;
use crate::callback::{CallbackInfo, Handler, Location, ProducedName, Relation, Relations};
use crate::outcome::OnFailure;
use crate::period::AttachedPeriod;
use crate::raw::Sendable;

/// The settings of an attached callback. Its value is in the dispatcher, under the same id.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and they combine freely"
)]
pub(crate) struct Attached {
    /// The functions that know the callback's type. Replacing the callback replaces them.
    pub(crate) functions: CallbackFunctions,
    /// The result of [`Callback::info`](crate::callback::Callback::info): the name, weight and relations that the callback declares.
    pub(crate) info: CallbackInfo,
    /// The message of the panic, if `Callback::info` panicked; then `info` has the defaults of the type.
    pub(crate) panicked: Option<String>,
    /// The name that [`Attachment::named`](super::Attachment::named) gives it.
    pub(crate) name: Option<String>,
    /// The weight that [`Attachment::weight`](super::Attachment::weight) gives it.
    pub(crate) weight: Option<f64>,
    /// What a failure of the callback does to the run.
    pub(crate) on_failure: OnFailure,
    /// The proof that the callback may be sent to another thread, if there is one.
    pub(crate) sendable: Option<Sendable>,
    /// Whether handlers that can run in the background run there.
    pub(crate) background: BackgroundSetting,
    /// The periods that [`Attachment::every`](super::Attachment::every) and `every_at` give it.
    pub(crate) periods: Vec<AttachedPeriod>,
    /// The relations to other callbacks that its attachment declares.
    pub(crate) relations: Relations,
    /// The names of values that its attachment declares that it puts into the record.
    pub(crate) produces: Vec<ProducedName>,
    /// The position among the callbacks of the same weight.
    pub(crate) insertion: Insertion,
    /// The call that attached the callback, or replaced it last.
    pub(crate) added_at: Location,
    /// Whether the callback was attached by hand, and neither discovered nor as a default.
    pub(crate) by_hand: bool,
    /// Whether the callback is a default, which one of the same name replaces.
    pub(crate) is_default: bool,
    /// How many runs the callback stays attached for.
    pub(crate) stay: Stay,
    /// The call of [`Attachment::parallel`](super::Attachment::parallel), which demands that the callback can run in parallel.
    pub(crate) parallel: Option<Location>,
    /// Whether the callback may have changed since `info` was called.
    pub(crate) changed: bool,
    /// Whether the callback runs. A discovered callback does not run while one of the same type is attached by hand.
    pub(crate) active: bool,
}

/// How many runs a callback stays attached for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stay {
    /// All runs.
    Always,
    /// The next run.
    NextRun,
    /// None: its run has begun. The next check or run removes it.
    Over,
}

/// The position of a callback among those of the same weight. Callbacks run in the order of the calls that attached them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Insertion {
    /// The number of the call, counted over all calls that attach or request callbacks.
    pub(crate) call: usize,
    /// The position among the callbacks that the same call attached. A call of `discover` can attach many.
    pub(crate) nth: usize,
}

impl Attached {
    /// The weight of the attachment or, without one, that of the type.
    pub(crate) fn weight(&self) -> f64 {
        self.weight.unwrap_or_else(|| self.info.own_weight())
    }

    /// The weight as a number that sorts like [`f64::total_cmp`], without the sign of 0. A check reports NaN, which it sorts like any number.
    pub(crate) fn sort_weight(&self) -> i64 {
        let bits = (self.weight() + 0.0).to_bits().cast_signed();
        // Of two negative weights, the one with the higher bits comes first.
        if bits < 0 { bits ^ i64::MAX } else { bits }
    }

    /// What sorts callbacks that need not wait for each other: by ascending weight, then insertion.
    pub(crate) fn sort_key(&self) -> (i64, Insertion) {
        (self.sort_weight(), self.insertion)
    }

    /// The name by which a callback replaces a default: the explicit name or, without one, that of the type.
    pub(crate) fn plain_name(&self) -> &str {
        self.explicit_name()
            .unwrap_or_else(|| self.info.type_label())
    }

    /// The name of the attachment or, without one, that of the type. `None` if neither has one.
    pub(crate) fn explicit_name(&self) -> Option<&str> {
        self.name.as_deref().or_else(|| self.info.explicit_name())
    }

    /// Whether a saved run has the callback.
    pub(crate) fn is_saved(&self) -> bool {
        self.info.declarations().persist.is_saved()
    }

    /// Returns the relations that the type declares, then those of the attachment.
    pub(crate) fn all_relations(&self) -> impl Iterator<Item = &Relation> {
        let of_type = self.info.relations().list.iter();
        of_type.chain(&self.relations.list)
    }

    /// Returns the names of the values that the callback puts into the record, as its type and its attachment declare them.
    pub(crate) fn produces(&self) -> impl Iterator<Item = &ProducedName> {
        let of_type = &self.info.declarations().produces;
        of_type.iter().chain(&self.produces)
    }

    /// The source location of the callback; the call that attached it, if the callback has none or is ready-made.
    pub(crate) fn location(&self) -> Location {
        self.info.own_location().unwrap_or(self.added_at)
    }

    /// The source location of a handler of the callback; the call that attached the callback, if it is ready-made.
    pub(crate) fn handler_location(&self, handler: &Handler) -> Location {
        if self.info.is_ready_made() {
            self.added_at
        } else {
            handler.location
        }
    }
}
