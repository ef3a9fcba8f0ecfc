//! What a run adds to a record beside its values: an identity, and the names that are declared.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a [`Record`](super::Record) over all runs that continue it. See [`Record::id`](super::Record::id).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RecordId(u64);

/// The names that the loop and the callbacks of a plan declare to record.
pub(crate) type RecordedNames = Arc<[Cow<'static, str>]>;

/// The context of a record. All contexts are equal, so that records with equal values are.
#[derive(Debug, Clone, Default)]
pub(super) struct Context {
    id: Option<RecordId>,
    names: Option<RecordedNames>,
}

impl Context {
    /// Sets the names of a run that begins, and the identity if this is the first one.
    pub(super) fn begin_run(&mut self, names: &RecordedNames) {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        self.id
            .get_or_insert_with(|| RecordId(NEXT.fetch_add(1, Ordering::Relaxed)));
        self.names = Some(Arc::clone(names));
    }

    pub(super) const fn id(&self) -> Option<RecordId> {
        self.id
    }

    pub(super) fn declares(&self, name: &str) -> bool {
        let mut names = self.names.iter().flat_map(|names| names.iter());
        names.any(|declared| covers(declared, name))
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
