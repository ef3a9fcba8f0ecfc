//! What a fit that cannot be made says: the problems of its plan, or the cause of its failure.

use callbacks::PlanError;
use callbacks::fit::Fitted;

/// Each problem in one line, or the cause of the failure.
pub(crate) fn complaint<M>(fitted: Result<Fitted<'_, M>, PlanError>) -> String {
    match fitted {
        Ok(fitted) => fitted.outcome.failed().unwrap().cause().to_string(),
        Err(error) => {
            let problems = error.problems().iter().map(ToString::to_string);
            let lines = problems.map(|problem| problem.replace("\n    ", " "));
            lines.collect::<Vec<_>>().join("\n")
        }
    }
}
