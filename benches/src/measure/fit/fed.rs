//! What a fit is fed.

use super::SEED;
use super::digits::data::{Batch, Digits};
use callbacks::BoxError;
use std::rc::Rc;

pub(super) struct Fed {
    pub(super) train: Box<dyn Fn(u64) -> Vec<Batch>>,
    /// Makes the validation batches anew in each epoch, as a data loader does.
    pub(super) valid: Rc<dyn Fn(u64) -> Vec<Batch>>,
    /// Every image in a batch of its own, to judge by.
    pub(super) each: Vec<Batch>,
}

impl Fed {
    pub(super) fn load() -> Result<Self, BoxError> {
        let digits = Digits::load(SEED)?;
        let mut each = digits.train(1, SEED)(0);
        each.extend(digits.valid(1));
        each.extend(digits.test(1));
        Ok(Self {
            train: Box::new(digits.train(32, SEED)),
            valid: Rc::new(move |_| digits.valid(100)),
            each,
        })
    }
}
