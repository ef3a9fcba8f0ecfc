//! What a run adds to a record beside its values: an identity, and what is declared of the names.

use crate::callback::ProducedName;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a [`Record`](super::Record) over all runs that continue it. See [`Record::id`](super::Record::id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordId(u64);

/// What the loop and the callbacks of a plan declare of the names in the record.
pub(crate) type RecordedNames = Arc<NameDeclarations>;

#[derive(Debug, Default)]
pub(crate) struct NameDeclarations {
    /// The names that they record.
    pub(crate) names: Vec<ProducedName>,
    /// The beginnings of names that the run may not record, each with the reason.
    pub(crate) may_lack: Vec<(&'static str, String)>,
}

/// The context of a record: one pointer, since records move in each step of a loop. All contexts are equal, so that records with equal values
/// are.
#[derive(Debug, Clone, Default)]
pub(super) struct Context(Option<Arc<RunContext>>);

#[derive(Debug)]
struct RunContext {
    id: RecordId,
    names: RecordedNames,
    /// The number of the last round; 0 if it is not known.
    last_round: AtomicU64,
}

impl Context {
    /// Sets the names of a run that begins, and the identity if this is the first one.
    pub(super) fn begin_run(&mut self, names: &RecordedNames) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = self.id();
        self.0 = Some(Arc::new(RunContext {
            id: id.unwrap_or_else(|| RecordId(NEXT.fetch_add(1, Ordering::Relaxed))),
            names: Arc::clone(names),
            last_round: AtomicU64::new(0),
        }));
    }

    pub(super) fn id(&self) -> Option<RecordId> {
        self.0.as_ref().map(|context| context.id)
    }

    pub(super) fn declares(&self, name: &str) -> bool {
        let mut names = self.0.iter().flat_map(|context| &context.names.names);
        names.any(|declared| declared.has_number(name))
    }

    pub(super) fn expect_last_round(&self, number: u64) {
        if let Some(context) = &self.0 {
            context.last_round.store(number, Ordering::Relaxed);
        }
    }

    pub(super) fn last_round(&self) -> Option<u64> {
        let number = self.0.as_ref()?.last_round.load(Ordering::Relaxed);
        (number > 0).then_some(number)
    }

    /// Returns the beginnings of names that the run may not record, each with the reason.
    pub(super) fn may_lack(&self) -> impl Iterator<Item = &(&'static str, String)> {
        let context = self.0.iter();
        context.flat_map(|context| &context.names.may_lack)
    }
}

impl PartialEq for Context {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Whether a value called `recorded` has the number called `name`: it is the value itself, or a part of it.
pub(crate) fn covers(recorded: &str, name: &str) -> bool {
    let rest = name.strip_prefix(recorded);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
