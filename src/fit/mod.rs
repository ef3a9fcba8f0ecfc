//! The fit loop: epochs with a training pass and a validation pass, after R's luz.
//!
//! [`breakpoints!`](crate::breakpoints) declares it, and it uses the public API alone, as a loop of your own would.
//!
//! * [`struct@Fit`]: the breakpoints and their scopes;
//! * [`Learner`]: the model with its optimisers; [`Batches`]: the data;
//! * [`Trainer`]: a learner with its callbacks and settings; `fit`, `evaluate`, `predict`;
//! * [`FitSession`]: the same scopes and counters for a training loop that exists already;
//! * the state that handlers ask for: [`Epoch`], [`Step`], [`Iteration`], [`MicroStep`], [`SampleCount`], [`Phase`], [`Loss`],
//!   [`Record`](crate::Record), [`History`], [`LearningRate`], [`OptimizerName`], [`SkipStep`], [`Epochs`], [`Total`], and the learner and its types.

mod accumulation;
mod batches;
mod batches_per_step;
mod breakpoints;
mod epochs;
mod expectations;
mod history;
mod initial_state;
mod learner;
mod learning_rate;
mod loss;
mod pass;
mod pass_kind;
mod position;
mod resume;
mod session;
mod skip_step;
mod step;
mod trainer;

pub use crate::model::SaveParameters;
pub use batches::Batches;
pub use batches_per_step::BatchesPerStep;
pub use breakpoints::Fit;
pub use history::History;
pub use learner::{Learner, OwnStep};
pub(crate) use learning_rate::OPTIMIZER;
pub use learning_rate::{LearningRate, OptimizerName};
pub use loss::Loss;
pub use position::{Epoch, Epochs, Iteration, MicroStep, Phase, SampleCount, Step, Total};
pub use resume::TooFewBatches;
pub use session::{FitSession, FitSessionBuilder, SessionEpochs, SessionPass};
pub use skip_step::SkipStep;
pub use trainer::{Evaluated, Fitted, Predicted, Trainer};
