//! The mean and the largest of the norms of a pass, for each optimiser.

use crate::fit::OptimizerName;
use callback_runtime::Record;

/// The norms of the steps of a pass.
#[derive(Debug, Clone, Default)]
pub(super) struct NormMeans {
    all: NormMean,
    by_optimizer: Vec<(OptimizerName, NormMean)>,
}

#[derive(Debug, Clone, Copy, Default)]
struct NormMean {
    sum: f64,
    count: f64,
    max: f64,
}

impl NormMeans {
    pub(super) fn add(&mut self, optimizer: Option<OptimizerName>, norm: f64) {
        self.all.add(norm);
        let Some(optimizer) = optimizer else {
            return;
        };
        let mut known = self.by_optimizer.iter_mut();
        if let Some((_, mean)) = known.find(|(name, _)| *name == optimizer) {
            mean.add(norm);
        } else {
            let mut mean = NormMean::default();
            mean.add(norm);
            self.by_optimizer.push((optimizer, mean));
        }
    }

    /// Puts the values of the pass into the record, and begins anew.
    pub(super) fn record(&mut self, name: &str, record: &mut Record) {
        let Self { all, by_optimizer } = std::mem::take(self);
        if all.count > 0.0 {
            record.set(name.to_owned(), all.sum / all.count);
            record.set(format!("{name}_max"), all.max);
        }
        if by_optimizer.len() > 1 {
            // A name with a point is a part of the norm, so that who declares the norm declares its parts.
            for (optimizer, mean) in by_optimizer {
                record.set(format!("{name}.{optimizer}"), mean.sum / mean.count);
            }
        }
    }
}

impl NormMean {
    fn add(&mut self, norm: f64) {
        self.sum += norm;
        self.count += 1.0;
        if norm > self.max || norm.is_nan() {
            self.max = norm;
        }
    }
}
