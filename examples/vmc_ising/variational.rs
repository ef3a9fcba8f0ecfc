//! What is driven: a wave function, brought to the ground state of a chain step by step.

use super::hamiltonian::IsingChain;
use super::rbm::Rbm;
use super::reconfiguration;
use super::sampler::{Sampler, Samples};
use super::spins::Spins;
use super::statistics::Estimate;
use nalgebra::{DMatrix, DVector};
use std::fmt;

/// A wave function, what draws from it, and how it is improved.
pub struct Variational {
    /// Whose ground state is sought.
    pub chain: IsingChain,
    /// What is improved.
    pub wave: Rbm,
    /// What draws from it.
    pub sampler: Sampler,
    /// How far a step goes along its direction: a span of imaginary time.
    pub rate: f64,
    /// What is added to the diagonal of the metric, so that it has an inverse.
    pub shift: f64,
}

impl Variational {
    /// The energy, with what it is worth.
    pub fn energy(&self, samples: &Samples) -> Estimate {
        Estimate::of(&self.local_energies(samples))
    }

    /// The mean of the squared magnetisation. That of the magnetisation itself is nothing, as up is not told from down.
    pub fn squared_magnetisation(samples: &Samples) -> Estimate {
        Estimate::of(&of_each(samples, |spins| spins.magnetisation().powi(2)))
    }

    /// The direction in which the energy rises, in the metric of the wave functions.
    pub fn direction(&self, samples: &Samples) -> Result<DVector<f64>, NoDirection> {
        let derivatives = samples.iter().flatten().map(|spins| {
            let angles = self.wave.angles(*spins);
            DVector::from_vec(self.wave.log_derivatives(*spins, &angles))
        });
        let derivatives = DMatrix::from_columns(&derivatives.collect::<Vec<_>>());
        let energies = DVector::from_vec(self.local_energies(samples).concat());
        reconfiguration::direction(derivatives, &energies, self.shift).ok_or(NoDirection)
    }

    /// Goes a step against that direction.
    pub fn descend(&mut self, direction: &DVector<f64>) {
        for (weight, along) in self.wave.weights_mut().iter_mut().zip(direction) {
            *weight -= self.rate * along;
        }
    }

    fn local_energies(&self, samples: &Samples) -> Vec<Vec<f64>> {
        of_each(samples, |spins| {
            let angles = self.wave.angles(spins);
            self.chain.local_energy(&self.wave, spins, &angles)
        })
    }
}

fn of_each(samples: &Samples, value: impl Fn(Spins) -> f64) -> Vec<Vec<f64>> {
    let of_chain = |chain: &Vec<Spins>| chain.iter().map(|spins| value(*spins)).collect();
    samples.iter().map(of_chain).collect()
}

/// The samples say of no direction that it is the steepest.
#[derive(Debug)]
pub struct NoDirection;

impl fmt::Display for NoDirection {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the samples give no direction; take more of them, or a greater shift")
    }
}

impl std::error::Error for NoDirection {}
