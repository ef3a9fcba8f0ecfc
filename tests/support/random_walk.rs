//! A driven system whose random numbers and time a saved run has to continue.
#![allow(dead_code, reason = "no test uses all of it")]

use callbacks::driver::{Driven, Rollback};
use callbacks::persist::Fields;
use callbacks::prelude::*;
use callbacks::{BoxError, Parameters};

/// A system that draws random numbers, and whose time passes unevenly.
#[derive(Debug, Parameters)]
pub(crate) struct Walk {
    pub(crate) x: f64,
    #[parameters(skip)]
    velocity: f64,
    #[parameters(skip)]
    seed: u64,
    #[parameters(skip)]
    time: f64,
}

pub(crate) struct Change(f64);

impl Walk {
    pub(crate) const fn new() -> Self {
        Self {
            x: 2.0,
            velocity: 0.0,
            seed: 3,
            time: 0.5,
        }
    }

    /// All of it, as bits.
    pub(crate) fn bits(&self) -> [u64; 4] {
        let [x, velocity, time] = [self.x, self.velocity, self.time].map(f64::to_bits);
        [x, velocity, self.seed, time]
    }
}

impl Driven for Walk {
    type Samples = Vec<f64>;
    type Update = Change;

    fn sample(&mut self) -> Result<Vec<f64>, BoxError> {
        let mut draw = || {
            self.seed = self.seed * 5 % 97;
            f64::from(u32::try_from(self.seed).unwrap_or_default()) / 97.0
        };
        Ok(vec![draw(), draw()])
    }

    fn compute_loss_and_update(
        &mut self,
        samples: &Vec<f64>,
        record: &mut Record,
    ) -> Result<Change, BoxError> {
        let mean = f64::midpoint(samples[0], samples[1]);
        record.set("energy", (self.x - mean).powi(2));
        Ok(Change(mean - self.x))
    }

    fn update_parameters(&mut self, change: &Change) -> Result<(), BoxError> {
        self.velocity = 0.5 * self.velocity + change.0;
        self.x += 0.1 * self.velocity;
        self.time += 0.1 + 0.05 * self.x.abs();
        Ok(())
    }

    fn time(&self) -> Time {
        Time::new(self.time)
    }

    fn persist_fields(&mut self, fields: &mut Fields<'_>) {
        fields.field("parameters", &mut self.x);
        fields.field("optimizer", &mut self.velocity);
        fields.field("seed", &mut self.seed);
        fields.field("time", &mut self.time);
    }
}

impl Rollback for Walk {
    type Snapshot = (f64, f64, u64, f64);

    fn snapshot(&self) -> Self::Snapshot {
        (self.x, self.velocity, self.seed, self.time)
    }

    fn restore(&mut self, snapshot: &Self::Snapshot) {
        (self.x, self.velocity, self.seed, self.time) = *snapshot;
    }
}
