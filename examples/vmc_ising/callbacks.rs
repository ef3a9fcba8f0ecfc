//! The callbacks of the example that are not on the shelf.

use callbacks::prelude::*;

/// Prints the energy and what it is worth, every so many steps: of the state that they have made, with what is observed of it.
pub struct PrintEnergy {
    pub every: u64,
    /// As many sites as the chain has.
    pub sites: f64,
}

#[callback(Driver, discover = false, weight = 10)]
impl PrintEnergy {
    #[every(steps = self.every, first)]
    fn before_parameter_update(&self, step: &Step, record: &Record) {
        let number = |name| record.get(name).unwrap_or(f64::NAN);
        println!(
            "step {step:>3}  energy per site {:.5} ± {:.5}  variance {:.5}  τ {:.2}  R̂ {:.3}  accepted {:.0} %  m² {:.3}",
            number("energy") / self.sites,
            number("energy.error_of_mean") / self.sites,
            number("energy.variance"),
            number("autocorrelation"),
            number("r_hat"),
            100.0 * number("acceptance"),
            number("squared_magnetisation"),
        );
    }
}

/// Refuses an update whose energy has an error much greater than is usual: its samples are bad, and so is its direction.
#[derive(Default)]
pub struct RefuseExplosions {
    usual: Option<f64>,
}

#[callback(Driver, discover = false)]
impl RefuseExplosions {
    /// So many times the usual error is too much.
    const TOO_MUCH: f64 = 3.0;
    /// How much the last step counts in what is usual.
    const SHARE: f64 = 0.2;

    fn on_compute_update_end(&mut self, record: &Record) -> Result<Verdict, &'static str> {
        let error = record
            .get("energy.error_of_mean")
            .ok_or("there is no error of the energy")?;
        // What had no error yet says nothing of what is usual.
        let usual = self.usual.filter(|usual| *usual > 0.0);
        let usual = usual.unwrap_or(error);
        if error.is_nan() || error > Self::TOO_MUCH * usual {
            return Ok(Verdict::Reject);
        }
        self.usual = Some(usual + Self::SHARE * (error - usual));
        Ok(Verdict::Accept)
    }
}
