//! How a learner is copied before a sanity check, and restored after it.

use super::{SanityCheckError, SanityPart};
use crate::fit::SaveParameters;
use callback_runtime::__private::catch;
use callback_runtime::BoxError;

/// Copies a learner, and returns what restores it.
pub(super) struct LearnerCopy<M>(CopyLearner<M>);

type CopyLearner<M> = Box<dyn Fn(&M) -> Result<Restore<M>, BoxError>>;
type Restore<M> = Box<dyn FnOnce(&mut M) -> Result<(), BoxError>>;

impl<M: 'static> LearnerCopy<M> {
    pub(super) fn new<S: 'static>(
        snapshot: impl Fn(&M) -> Result<S, BoxError> + 'static,
        restore: impl Fn(&mut M, S) -> Result<(), BoxError> + 'static,
    ) -> Self {
        let restore = std::rc::Rc::new(restore);
        Self(Box::new(move |learner| {
            let (copy, restore) = (snapshot(learner)?, std::rc::Rc::clone(&restore));
            Ok(Box::new(move |learner: &mut M| restore(learner, copy)))
        }))
    }

    pub(super) fn by_clone() -> Self
    where
        M: Clone,
    {
        Self::new(
            |learner: &M| Ok(learner.clone()),
            |learner, clone| {
                *learner = clone;
                Ok(())
            },
        )
    }

    pub(super) fn by_saving() -> Self
    where
        M: SaveParameters,
    {
        Self::new(save::<M>, |learner, saved| {
            learner.load(&mut saved.as_slice())?;
            if save(learner)? == saved {
                return Ok(());
            }
            Err("`load` does not restore what `save` has written: saving it again gives other bytes".into())
        })
    }

    /// Copies the learner. The function that is returned restores it.
    pub(super) fn take(
        &self,
        learner: &M,
    ) -> Result<impl FnOnce(&mut M) -> Result<(), SanityCheckError> + use<M>, SanityCheckError>
    {
        let copy = call(|| (self.0)(learner));
        let restore = copy.map_err(|cause| SanityCheckError::new(SanityPart::Copy, cause))?;
        Ok(move |learner: &mut M| {
            let restored = call(|| restore(learner));
            restored.map_err(|cause| SanityCheckError::new(SanityPart::Restore, cause))
        })
    }
}

/// Calls code of a learner, and returns its panic as an error.
pub(super) fn call<T>(code: impl FnOnce() -> Result<T, BoxError>) -> Result<T, BoxError> {
    catch(code).unwrap_or_else(|cause| Err(cause.to_string().into()))
}

fn save<M: SaveParameters>(learner: &M) -> Result<Vec<u8>, BoxError> {
    let mut bytes = Vec::new();
    learner.save(&mut bytes)?;
    Ok(bytes)
}
