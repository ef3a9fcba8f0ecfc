//! The mean and the largest of the norms of a pass, for each optimiser.

use crate::fit::OptimizerName;
use callback_runtime::Record;
use callback_runtime::persist::Fields;
use std::borrow::Cow;

/// The norms of the steps of a pass.
#[derive(Debug, Clone, Default)]
pub(super) struct NormMeans {
    all: NormMean,
    by_optimizer: Vec<(Cow<'static, str>, NormMean)>,
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
        if let Some((_, mean)) = known.find(|(name, _)| *name == optimizer.0) {
            mean.add(norm);
        } else {
            let mut mean = NormMean::default();
            mean.add(norm);
            self.by_optimizer.push((optimizer.0.into(), mean));
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

    /// Names what a saved run has of the means.
    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        let by_optimizer = std::mem::take(&mut self.by_optimizer).into_iter();
        let mut norms = self.all.numbers();
        let mut norms_of: Vec<(Cow<'static, str>, [f64; 3])> = by_optimizer
            .map(|(name, mean)| (name, mean.numbers()))
            .collect();
        fields.field("norms", &mut norms);
        fields.field("norms_of_optimizers", &mut norms_of);
        self.all = NormMean::of_numbers(norms);
        let norms_of = norms_of.into_iter();
        self.by_optimizer = norms_of
            .map(|(name, norms)| (name, NormMean::of_numbers(norms)))
            .collect();
    }
}

impl NormMean {
    fn numbers(self) -> [f64; 3] {
        [self.sum, self.count, self.max]
    }

    fn of_numbers([sum, count, max]: [f64; 3]) -> Self {
        Self { sum, count, max }
    }

    fn add(&mut self, norm: f64) {
        self.sum += norm;
        self.count += 1.0;
        if norm > self.max || norm.is_nan() {
            self.max = norm;
        }
    }
}
