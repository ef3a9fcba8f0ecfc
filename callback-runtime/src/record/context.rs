//! What a run adds to a record beside its values: an identity, and the names that are declared.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a [`Record`](super::Record) over all runs that continue it. See [`Record::id`](super::Record::id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordId(u64);

/// The names that the loop and the callbacks of a plan declare to record.
pub(crate) type RecordedNames = Arc<[Cow<'static, str>]>;

/// The context of a record: one pointer, since records move in each step of a loop. All contexts are equal, so that records with equal values
/// are.
#[derive(Debug, Clone, Default)]
pub(super) struct Context(Option<Arc<RunContext>>);

#[derive(Debug)]
struct RunContext {
    id: RecordId,
    names: RecordedNames,
}

impl Context {
    /// Sets the names of a run that begins, and the identity if this is the first one.
    pub(super) fn begin_run(&mut self, names: &RecordedNames) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = self.id();
        self.0 = Some(Arc::new(RunContext {
            id: id.unwrap_or_else(|| RecordId(NEXT.fetch_add(1, Ordering::Relaxed))),
            names: Arc::clone(names),
        }));
    }

    pub(super) fn id(&self) -> Option<RecordId> {
        self.0.as_ref().map(|context| context.id)
    }

    pub(super) fn declares(&self, name: &str) -> bool {
        let names = self.0.iter().flat_map(|context| context.names.iter());
        names.into_iter().any(|declared| covers(declared, name))
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
