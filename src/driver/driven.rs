//! The driven system: it draws samples, computes updates from them, and has parameters.

use super::{Time, Verdict};
use callback_runtime::persist::Fields;
use callback_runtime::{BoxError, Record};

/// The system that a driver drives: a variational state with its sampler and its optimiser.
///
/// Samples and update are state while they exist, so that handlers can read and change them: `&mut Samples<S>` at
/// `on_compute_update_start`, `&mut Update` at `before_parameter_update`. State has one value per type, so an update needs a type of
/// its own: wrap a `Vec` in a struct.
///
/// ```
// The system of `examples/drive.rs` and of the examples in this crate's documentation.
#[doc = include_str!("../../examples/drive/well.rs")]
///
/// let mut driver = callbacks::driver::VariationalDriver::new(Well { x: 1.0 });
/// assert!(driver.run(20)?.is_finished());
/// assert!(driver.driven().x < 1e-5);
/// # Ok::<(), callbacks::PlanError>(())
/// ```
pub trait Driven: Sized + 'static {
    /// The samples of one attempt.
    type Samples: 'static;
    /// The change of the parameters that an attempt computes from its samples.
    type Update: 'static;

    /// Prepares an attempt, after `on_step_start`: the place to discard what belongs to the last attempt.
    fn reset_step(&mut self) {}

    /// Draws samples. Not called if a callback has injected samples.
    fn sample(&mut self) -> Result<Self::Samples, BoxError>;

    /// Computes the update from the samples, and adds the loss to the record of the step.
    fn compute_loss_and_update(
        &mut self,
        samples: &Self::Samples,
        record: &mut Record,
    ) -> Result<Self::Update, BoxError>;

    /// The accept rule of the driven system itself. It is called after those of the callbacks, whatever they return. The default accepts
    /// every update.
    fn judge(&mut self, _update: &Self::Update, _record: &Record) -> Verdict {
        Verdict::Accept
    }

    /// Applies an accepted update.
    fn update_parameters(&mut self, update: &Self::Update) -> Result<(), BoxError>;

    /// Names what a saved run has of the system, for checkpoints: its parameters, what its optimiser remembers, its random numbers. The names
    /// `parameters` and `optimizer` let a run that continues choose among them. A system that names nothing cannot be saved, which is a problem
    /// of a plan with a checkpoint.
    fn persist_fields(&mut self, _fields: &mut Fields<'_>) {}

    /// Returns the simulated time, for systems that have one. It includes the span of every applied update. A run in which it is not finite
    /// fails; in [`VariationalDriver::run_for`](super::VariationalDriver::run_for) it must also grow in each step.
    fn time(&self) -> Time {
        Time::default()
    }
}
