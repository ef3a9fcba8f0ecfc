use callbacks::fit::{Learner, Trainer};
use callbacks::prelude::*;

struct Batch;

fn train(mut trainer: Trainer<impl Learner<Batch = Batch>>) -> Result<(), PlanError> {
    trainer.fit(vec![Batch])?;
    Ok(())
}

fn main() {}
