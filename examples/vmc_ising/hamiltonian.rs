//! The transverse-field Ising chain with periodic boundaries.

use super::rbm::{Angles, Rbm};
use super::spins::Spins;

/// `H = -J Σ σᶻᵢ σᶻᵢ₊₁ - h Σ σˣᵢ` on a ring. Its quantum critical point is at `h = J`.
#[derive(Clone, Copy)]
pub struct IsingChain {
    /// How many spins there are.
    pub spins: u32,
    /// `J`: what neighbours gain by pointing the same way.
    pub coupling: f64,
    /// `h`: the field across, which turns spins over.
    pub field: f64,
}

impl IsingChain {
    /// `⟨s|H|ψ⟩ / ⟨s|ψ⟩`, whose mean over `|ψ|²` is the energy. It is the same for every `s` if `ψ` is an eigenstate.
    pub fn local_energy(&self, wave: &Rbm, spins: Spins, angles: &Angles) -> f64 {
        let neighbours =
            (0..self.spins).map(|location| wave.log_ratio(spins, location, angles).exp());
        self.diagonal(spins) - self.field * neighbours.sum::<f64>()
    }

    /// `H` times a vector that has one amplitude for each configuration.
    pub fn apply(&self, amplitudes: &[f64]) -> Vec<f64> {
        let amplitude = |spins: Spins| amplitudes.get(spins.bits() as usize).copied();
        let row = |spins: Spins| {
            let flipped = (0..self.spins).filter_map(|location| amplitude(spins.flipped(location)));
            self.diagonal(spins) * amplitude(spins).unwrap_or(0.0)
                - self.field * flipped.sum::<f64>()
        };
        Spins::all(self.spins).map(row).collect()
    }

    fn diagonal(&self, spins: Spins) -> f64 {
        -self.coupling * spins.alignment()
    }
}
