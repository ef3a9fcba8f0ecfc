//! Configurations drawn from `|ψ|²` by several independent Metropolis chains.

use super::rbm::{Angles, Rbm};
use super::spins::Spins;

/// Chains that go on where they stopped, each with random numbers of its own.
#[derive(Clone)]
pub struct Sampler {
    chains: Vec<Chain>,
    proposed: u32,
    accepted: u32,
}

#[derive(Clone)]
struct Chain {
    spins: Spins,
    rng: fastrand::Rng,
}

/// What each chain has drawn, in order.
pub type Samples = Vec<Vec<Spins>>;

impl Sampler {
    /// Chains that begin anywhere, the same for the same seed.
    pub fn new(chains: u32, spins: u32, seed: u64) -> Self {
        let mut seeds = fastrand::Rng::with_seed(seed);
        let chain = |_| {
            let mut rng = seeds.fork();
            Chain {
                spins: Spins::random(spins, &mut rng),
                rng,
            }
        };
        Self {
            chains: (0..chains).map(chain).collect(),
            proposed: 0,
            accepted: 0,
        }
    }

    /// So many configurations from each chain, a sweep apart, after `discarded` sweeps that bring the chains to this wave function.
    pub fn sample(&mut self, wave: &Rbm, discarded: u32, kept: u32) -> Samples {
        (self.proposed, self.accepted) = (0, 0);
        self.chains
            .iter_mut()
            .map(|chain| {
                let mut angles = wave.angles(chain.spins);
                for _ in 0..discarded {
                    chain.sweep(wave, &mut angles);
                }
                (0..kept)
                    .map(|_| {
                        self.accepted += chain.sweep(wave, &mut angles);
                        self.proposed += chain.spins.count();
                        chain.spins
                    })
                    .collect()
            })
            .collect()
    }

    /// Which part of the proposals was accepted when it last drew.
    pub fn acceptance(&self) -> f64 {
        f64::from(self.accepted) / f64::from(self.proposed.max(1))
    }
}

impl Chain {
    /// Proposes as many flips as there are spins, each anywhere, and counts those accepted.
    fn sweep(&mut self, wave: &Rbm, angles: &mut Angles) -> u32 {
        (0..self.spins.count())
            .map(|_| u32::from(self.flip(wave, angles)))
            .sum()
    }

    fn flip(&mut self, wave: &Rbm, angles: &mut Angles) -> bool {
        let location = self.rng.u32(..self.spins.count());
        let chance = (2.0 * wave.log_ratio(self.spins, location, angles)).exp();
        let accepted = self.rng.f64() < chance;
        if accepted {
            wave.turn(self.spins, location, angles);
            self.spins = self.spins.flipped(location);
        }
        accepted
    }
}
