//! The results of a trainer's runs.

use crate::fit::History;
use callback_runtime::{Outcome, Record};

/// The result of a fit.
///
/// ```
/// # use callbacks::prelude::*;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line::default()).epochs(3);
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
/// assert!(fitted.outcome.ok().is_ok());
/// assert_eq!(fitted.history.len(), 3);
/// assert!(fitted.learner.slope > 0.0);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
#[must_use = "a fit that failed says so in its outcome"]
pub struct Fitted<'t, M> {
    /// The learner. The trainer still owns it, so that an error does not lose it; [`Trainer::into_learner`](super::Trainer::into_learner)
    /// returns it.
    pub learner: &'t mut M,
    /// The record of each epoch.
    pub history: History,
    /// How the fit ended.
    pub outcome: Outcome,
}

/// The result of an evaluation.
///
/// ```
/// # use callbacks::prelude::*;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line { slope: 1.0 });
/// let evaluated = trainer.evaluate(vec![Points(vec![(1.0, 2.0)])])?;
/// assert!(evaluated.outcome.is_finished());
/// assert_eq!(evaluated.record.get("valid_loss"), Some(1.0));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
#[must_use = "an evaluation that failed says so in its outcome"]
pub struct Evaluated {
    /// The record: `valid_loss`, and what callbacks added.
    pub record: Record,
    /// How the evaluation ended.
    pub outcome: Outcome,
}

/// The result of a prediction.
///
/// ```
/// # use callbacks::prelude::*;
/// # use doc_models::{Line, Points};
///
/// let mut trainer = Trainer::new(Line { slope: 3.0 });
/// let predicted = trainer.predict(vec![Points(vec![(1.0, 0.0)]), Points(vec![(2.0, 0.0)])])?;
/// assert!(predicted.outcome.is_finished());
/// assert_eq!(predicted.predictions[1].0, [6.0]);
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug)]
#[must_use = "a prediction that failed says so in its outcome"]
pub struct Predicted<P> {
    /// The predictions, one for each batch that was not left.
    pub predictions: Vec<P>,
    /// How the prediction ended.
    pub outcome: Outcome,
}
