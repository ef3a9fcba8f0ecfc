//! The wave function: a restricted Boltzmann machine that has the symmetries of the ring.
//!
//! Carleo and Troyer, Science 355, 602 (2017): one factor `cosh θ` for each hidden unit. Here a hidden unit is a filter at one of
//! its positions on the ring, so that the wave function is the same for every rotation of the spins; and there are no biases, so
//! that it is the same when all spins turn over. The ground state has both symmetries and no sign, which makes real weights enough.

use super::spins::Spins;

/// `log ψ(s) = Σ log cosh θ`, with an angle `θ(f, t) = Σᵢ w(f, i + t) sᵢ` for each filter `f` and each shift `t`.
#[derive(Clone)]
pub struct Rbm {
    spins: u32,
    /// One weight for each spin, filter after filter.
    weights: Vec<f64>,
}

/// The angles of all hidden units for one configuration, and what follows from them, kept while it changes spin by spin.
pub struct Angles {
    each: Vec<f64>,
    /// The logarithm of the amplitude.
    pub log_amplitude: f64,
}

impl Rbm {
    /// Small random weights, the same for the same seed.
    pub fn new(spins: u32, filters: u32, seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let weights = (0..spins * filters).map(|_| 0.2 * (rng.f64() - 0.5));
        Self {
            spins,
            weights: weights.collect(),
        }
    }

    /// What is optimised.
    pub fn weights_mut(&mut self) -> &mut [f64] {
        &mut self.weights
    }

    /// The angles of a configuration.
    pub fn angles(&self, spins: Spins) -> Angles {
        let mut each = vec![0.0; self.weights.len()];
        for location in 0..self.spins {
            add(&mut each, spins.at(location), self.seen_by(location));
        }
        let log_amplitude = log_of_cosh_product(each.iter().copied());
        Angles {
            each,
            log_amplitude,
        }
    }

    /// Brings the angles of a configuration to those it has after one of its spins has been turned over.
    pub fn turn(&self, spins: Spins, location: u32, angles: &mut Angles) {
        add(
            &mut angles.each,
            -2.0 * spins.at(location),
            self.seen_by(location),
        );
        angles.log_amplitude = log_of_cosh_product(angles.each.iter().copied());
    }

    /// By how much turning one spin over changes the logarithm of the amplitude.
    pub fn log_ratio(&self, spins: Spins, location: u32, angles: &Angles) -> f64 {
        let turn = -2.0 * spins.at(location);
        let turned = angles
            .each
            .iter()
            .zip(self.seen_by(location))
            .map(|(angle, weight)| angle + turn * weight);
        log_of_cosh_product(turned) - angles.log_amplitude
    }

    /// `∂ log ψ / ∂ w`, for each weight.
    pub fn log_derivatives(&self, spins: Spins, angles: &Angles) -> Vec<f64> {
        let slopes: Vec<f64> = angles.each.iter().map(|angle| angle.tanh()).collect();
        let spins: Vec<f64> = (0..self.spins).map(|location| spins.at(location)).collect();
        slopes
            .chunks(spins.len())
            .flat_map(|slopes| correlation(slopes, &spins))
            .collect()
    }

    /// The weights with which a spin enters the angles, in their order.
    fn seen_by(&self, location: u32) -> impl Iterator<Item = f64> {
        let filters = self.weights.chunks(self.spins as usize);
        filters.flat_map(move |filter| {
            let (before, after) = filter.split_at(location as usize);
            after.iter().chain(before).copied()
        })
    }
}

fn add(angles: &mut [f64], factor: f64, weights: impl Iterator<Item = f64>) {
    for (angle, weight) in angles.iter_mut().zip(weights) {
        *angle += factor * weight;
    }
}

/// From `cosh x = e^|x| (1 + e^-2|x|) / 2`: the first factor alone can grow large, and the rest takes one logarithm for all.
fn log_of_cosh_product(angles: impl Iterator<Item = f64>) -> f64 {
    let (sum, product) = angles.fold((0.0, 1.0), |(sum, product), angle| {
        let size = angle.abs();
        (sum + size, product * (0.5 + 0.5 * (-2.0 * size).exp()))
    });
    sum + f64::ln(product)
}

/// For each `k` the sum over `t` of `slopes[t] spins[k - t]`, on the ring.
fn correlation(slopes: &[f64], spins: &[f64]) -> impl Iterator<Item = f64> {
    (0..spins.len()).map(|k| {
        let (head, tail) = spins.split_at((k + 1).min(spins.len()));
        let backwards = head.iter().rev().chain(tail.iter().rev());
        slopes.iter().zip(backwards).map(|(a, b)| a * b).sum()
    })
}
