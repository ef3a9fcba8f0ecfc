//! What most programs that drive use: `use callbacks::driver::prelude::*;`.
//!
//! It stands for itself, without [`callbacks::prelude`](crate::prelude), whose `Samples` is what [`Fit`](crate::Fit) counts.
//!
//! ```
//! use callbacks::driver::prelude::*;
//!
//! /// Finds the bottom of a well by drawing places around where it stands.
//! struct Search(f64);
//! struct Places(Vec<f64>);
//! struct Slope(f64);
//!
//! impl Driven for Search {
//!     type Samples = Places;
//!     type Update = Slope;
//!
//!     fn sample(&mut self) -> Result<Places, BoxError> {
//!         Ok(Places(vec![self.0 - 0.5, self.0 + 0.5]))
//!     }
//!
//!     fn compute_loss_and_update(&mut self, places: &Places, log: &mut LogData) -> Result<Slope, BoxError> {
//!         log.set("energy", Stats::of(places.0.iter().map(|x| x * x)));
//!         Ok(Slope(2.0 * self.0))
//!     }
//!
//!     fn update_parameters(&mut self, slope: &Slope) -> Result<(), BoxError> {
//!         self.0 -= 0.25 * slope.0;
//!         Ok(())
//!     }
//! }
//!
//! let mut driver = VariationalDriver::new(Search(1.0))
//!     .on(Driver::on_compute_update_start, |samples: &mut Samples<Places>, step: &Step| {
//!         if step.get() == 0 {
//!             samples.set(Places(vec![1.0]));
//!         }
//!     })
//!     .on(Driver::on_compute_update_end, reject_if(|slope: &Slope| slope.0.is_nan()));
//! assert!(driver.run(10)?.is_finished());
//! # Ok::<(), PlanError>(())
//! ```

pub use super::{
    Attempt, Complex, Driven, Driver, LogData, RejectedAttempts, Rollback, Samples, Stats, Time,
    VariationalDriver, Verdict, reject_if, stop_if, stop_unless,
};
pub use crate::fit::Step;
pub use crate::prelude::any_loop::*;
