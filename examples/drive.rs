//! The loop of a variational driver at its smallest. Run it with `cargo run --example drive`.

#[allow(
    unreachable_pub,
    reason = "the file is an example in the documentation, too"
)]
#[path = "drive/well.rs"]
mod well;

use callbacks::prelude::*;
use callbacks::shelf::EarlyStopping;
use well::{Slope, Well};

/// Half of an update is enough.
struct Damp;

#[callback(Driver, discover = false)]
impl Damp {
    fn before_parameter_update(&self, slope: &mut Slope) {
        slope.0 *= 0.5;
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let is_steep = |slope: &Slope, attempt: &Attempt| slope.0 > 1.0 && attempt.get() < 3;
    let mut driver = VariationalDriver::new(Well { x: 1.0 })
        .callback(Damp)
        .callback(EarlyStopping::minimize("energy").min_delta(1e-4))
        .on(Driver::on_compute_update_end, reject_if(is_steep))
        .on(
            Driver::on_step_end,
            |step: &Step, attempt: &Attempt, record: &Record| {
                println!("step {step}, attempt {attempt}: {record:.4}");
            },
        );
    let outcome = driver.run(100)?;
    println!("after {} steps {outcome}", driver.step());
    outcome.ok()?;
    Ok(())
}
