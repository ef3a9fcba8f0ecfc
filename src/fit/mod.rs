//! The fit loop: epochs of a training pass and a validation pass, after R's luz.
//!
//! It is declared with [`breakpoints!`](crate::breakpoints) and runs on the public API alone, as a loop of your own would.
//!
//! * [`struct@Fit`]: the breakpoints and their scopes;
//! * [`Learner`]: what it drives; [`Batches`]: what it feeds it;
//! * [`Trainer`]: callbacks, learner and settings together; `fit`, `evaluate`, `predict`;
//! * the state that handlers ask for: [`Epoch`], [`Step`], [`Iteration`], [`MicroStep`], [`SampleCount`], [`Phase`], [`Loss`],
//!   [`Metrics`], [`History`], [`LearningRate`], [`OptimizerName`], [`Epochs`], [`Total`], and the learner and its types.

mod batches;
mod breakpoints;
mod epochs;
mod expectations;
mod history;
mod learner;
mod learning_rate;
mod loss;
mod metrics;
mod parameters;
mod pass;
mod position;
mod step;
mod trainer;

pub use batches::Batches;
pub use breakpoints::Fit;
pub use history::History;
pub use learner::{Learner, OwnStep};
pub use learning_rate::{LearningRate, OptimizerName};
pub use loss::Loss;
pub use metrics::Metrics;
pub use parameters::{Norm, SaveParameters, Scale, VisitParameters};
pub use position::{Epoch, Epochs, Iteration, MicroStep, Phase, SampleCount, Step, Total};
pub use trainer::{Evaluated, Fitted, Predicted, Trainer};
