//! What a driver drives: sampling, an update, and parameters to apply it to.

use super::{LogData, Time, Verdict};
use callback_runtime::BoxError;

/// A variational state with what samples it and what improves it: what the driver's loop drives.
///
/// Samples and update are state while they exist, so that handlers read and change them: `&mut Samples<S>` at
/// `on_compute_update_start`, `&mut Update` at `before_parameter_update`. State has one value per type, so an update is a type of
/// its own: wrap what a library calls `Vec` in a struct.
///
/// ```
// What `examples/drive.rs` drives, and the examples here.
#[doc = include_str!("../../examples/drive/well.rs")]
///
/// let mut driver = callbacks::driver::VariationalDriver::new(Well { x: 1.0 });
/// assert!(driver.run(20)?.is_finished());
/// assert!(driver.driven().x < 1e-5);
/// # Ok::<(), callbacks::PlanError>(())
/// ```
pub trait Driven: Sized + 'static {
    /// What is drawn for one attempt.
    type Samples: 'static;
    /// What an attempt computes from it: the change of the parameters.
    type Update: 'static;

    /// Begins an attempt anew, behind `on_step_start`: the place to forget what belongs to the last one.
    fn reset_step(&mut self) {}

    /// Draws samples. Not called when a callback has injected some.
    fn sample(&mut self) -> Result<Self::Samples, BoxError>;

    /// The update that the samples speak for. What is to be known of the loss goes into the log.
    fn compute_loss_and_update(
        &mut self,
        samples: &Self::Samples,
        log: &mut LogData,
    ) -> Result<Self::Update, BoxError>;

    /// The accept rule of what is driven. It runs after those of the callbacks, whatever they answer. By default it accepts everything.
    fn judge(&mut self, _update: &Self::Update, _log: &LogData) -> Verdict {
        Verdict::Accept
    }

    /// Applies an update that has been accepted.
    fn update_parameters(&mut self, update: &Self::Update) -> Result<(), BoxError>;

    /// The simulated time, if there is one, read after each update. A run in which it is not finite fails; in
    /// [`VariationalDriver::run_for`](super::VariationalDriver::run_for) it must also grow in each step.
    fn time(&self) -> Time {
        Time::default()
    }
}
