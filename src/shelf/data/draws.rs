//! Random draws of a batch, which depend on the seed and the position of the batch alone.

use crate::fit::Phase;
use std::f64::consts::TAU;

/// The random numbers for one batch. A fit that is resumed has the same ones for the same batch.
pub(super) struct Draws(fastrand::Rng);

impl Draws {
    /// The draws for the batch with this number in its pass, in this epoch and phase.
    pub(super) fn new(seed: u64, epoch: u64, phase: Phase, batch: u64) -> Self {
        let pass = match phase {
            Phase::Train => 1,
            Phase::Valid => 2,
            Phase::Between | Phase::Predict => 3,
        };
        let state = [seed, epoch, pass, batch].into_iter().fold(0, absorb);
        Self(fastrand::Rng::with_seed(state))
    }

    /// Draws an order of the numbers below `count`.
    pub(super) fn order(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        self.0.shuffle(&mut order);
        order
    }

    /// Draws a number below `count`; 0 if there is none.
    pub(super) fn below(&mut self, count: usize) -> usize {
        if count == 0 { 0 } else { self.0.usize(..count) }
    }

    /// Draws from the distribution Beta(alpha, alpha), with `alpha` above 0: the share of one of two Gamma draws in their sum. The draws are
    /// logarithms, since for a small `alpha` most of them are too small for a number.
    pub(super) fn beta(&mut self, alpha: f64) -> f64 {
        let (one, other) = (self.log_gamma(alpha), self.log_gamma(alpha));
        let share = 1.0 / (1.0 + (other - one).exp());
        // Both draws are 0.
        if share.is_nan() { 1.0 } else { share }
    }

    /// Draws the logarithm of a number from the distribution Gamma(shape, 1).
    ///
    /// Source: Marsaglia and Tsang, *A Simple Method for Generating Gamma Variables*; for a shape below 1, their note in section 6.
    fn log_gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let boost = self.uniform().ln() / shape;
            return self.log_gamma(shape + 1.0) + boost;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            let log_v = v.ln();
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d * (1.0 - v + log_v) {
                return d.ln() + log_v;
            }
        }
    }

    /// Draws from the standard normal distribution, after Box and Muller.
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (TAU * self.uniform()).cos()
    }

    /// Draws a number above 0, up to 1.
    fn uniform(&mut self) -> f64 {
        1.0 - self.0.f64()
    }
}

/// Adds a number to the state of a hash, which every bit of the number changes: the mixer of `SplitMix64`.
fn absorb(state: u64, number: u64) -> u64 {
    let mixed = state
        .wrapping_add(number)
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::Draws;
    use crate::fit::Phase;

    fn draws(alpha: f64) -> Vec<f64> {
        let mut draws = Draws::new(7, 1, Phase::Train, 1);
        let mut sample: Vec<f64> = (0..20_000).map(|_| draws.beta(alpha)).collect();
        sample.sort_by(f64::total_cmp);
        sample
    }

    /// The largest distance between the distribution of a sample and a distribution function (Kolmogorov and Smirnov).
    #[expect(clippy::cast_precision_loss, reason = "the sample is small")]
    fn distance(sample: &[f64], distribution: fn(f64) -> f64) -> f64 {
        let at = |index: usize| index as f64 / sample.len() as f64;
        let distances = sample.iter().enumerate().flat_map(|(index, x)| {
            let expected = distribution(*x);
            [
                (at(index) - expected).abs(),
                (at(index + 1) - expected).abs(),
            ]
        });
        distances.fold(0.0, f64::max)
    }

    #[test]
    fn beta_has_its_distribution() {
        // 1.95 / sqrt(20000): the probability of a larger distance is 0.001.
        let most = 0.0138;
        let arcsine = |x: f64| x.sqrt().asin() * 2.0 / std::f64::consts::PI;
        assert!(distance(&draws(0.5), arcsine) < most);
        assert!(distance(&draws(1.0), |x| x) < most);
        assert!(distance(&draws(2.0), |x| x * x * (3.0 - 2.0 * x)) < most);
    }

    #[test]
    #[expect(clippy::cast_precision_loss, reason = "the sample is small")]
    fn beta_has_its_variance_for_every_alpha() {
        for alpha in [1e-3, 0.1, 0.2, 0.4, 3.0, 50.0] {
            let sample = draws(alpha);
            let count = sample.len() as f64;
            let mean = sample.iter().sum::<f64>() / count;
            let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
            let expected = 0.25 / (2.0 * alpha + 1.0);
            assert!(
                (mean - 0.5).abs() < 4.0 * (expected / count).sqrt(),
                "{mean}"
            );
            assert!((variance / expected - 1.0).abs() < 0.05, "{variance}");
        }
        for alpha in [f64::MIN_POSITIVE, 1e-300, 1e-9, 1e15, 1e300] {
            let mut draws = Draws::new(0, 0, Phase::Train, 0);
            let mut shares = (0..1000).map(|_| draws.beta(alpha));
            assert!(shares.all(|share| (0.0..=1.0).contains(&share)), "{alpha}");
        }
    }

    #[test]
    fn each_batch_has_its_own_draws_and_always_the_same() {
        let draw = |seed, epoch, phase, batch| Draws::new(seed, epoch, phase, batch).0.u64(..);
        let mut all = Vec::new();
        for number in 0..5 {
            for phase in [Phase::Train, Phase::Valid] {
                for batch in 0..5 {
                    all.push(draw(number, 3, phase, batch));
                    all.push(draw(9, number, phase, batch));
                    assert_eq!(draw(number, 3, phase, batch), all[all.len() - 2]);
                }
            }
        }
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
