//! The ground state of a quantum chain by variational Monte Carlo. Run it with
//! `cargo run --release -p vmc-ising`, or with `-- 12` behind it for twelve spins instead of ten.
//!
//! * `hamiltonian.rs`, `spins.rs`: the transverse-field Ising chain at its critical point;
//! * `rbm.rs`: the wave function; `sampler.rs`: what draws from its square;
//! * `statistics.rs`: energies with errors; `reconfiguration.rs`: the direction of a step;
//! * `variational.rs`: these together; `driven.rs`: that as the driver's loop drives it;
//! * `callbacks.rs`: what is not on the shelf;
//! * `exact.rs`: the exact ground state, to compare with.
use callbacks::driver::VariationalDriver;
use callbacks::shelf::{ConvergenceStopping, InvalidLossStopping, ObservableCallback};
use callbacks::{Attach, Period};
use std::error::Error;
use vmc_ising::callbacks::{PrintEnergy, RefuseExplosions};
use vmc_ising::driven::stats;
use vmc_ising::exact::GroundState;
use vmc_ising::hamiltonian::IsingChain;
use vmc_ising::rbm::Rbm;
use vmc_ising::sampler::{Sampler, Samples};
use vmc_ising::variational::Variational;

const SEED: u64 = 7;
/// Filters of the wave function; each has as many weights as there are spins.
const FILTERS: u32 = 3;
/// No run takes more.
const STEPS: u64 = 500;
/// At a variance of the energy this small, per spin, the state is an eigenstate as far as samples can tell.
const CONVERGED: f64 = 1e-5;
/// Independent of each other.
const CHAINS: u32 = 16;
/// What each chain draws for the last word.
const LAST_DRAWS: u32 = 4_000;
/// Sweeps that are drawn and thrown away before it.
const DISCARDED: u32 = 4;

fn main() -> Result<(), Box<dyn Error>> {
    let chain = critical_chain()?;
    let ground = GroundState::of(&chain);
    println!("{} spins on a ring, field and coupling 1", chain.spins);

    let mut driver = driver(chain);
    let outcome = driver.run(STEPS)?;
    println!("after {} steps {outcome}", driver.step());
    outcome.ok()?;
    compare(driver.driven_mut(), &ground);
    Ok(())
}

fn driver(chain: IsingChain) -> VariationalDriver<Variational> {
    let sites = f64::from(chain.spins);
    let squared =
        |_: &Variational, samples: &Samples| stats(&Variational::squared_magnetisation(samples));
    let every = 10;
    VariationalDriver::new(variational(chain))
        .callback(RefuseExplosions::default())
        .callback(ObservableCallback::new(
            "squared_magnetisation",
            Period::steps(every).first(),
            squared,
        ))
        .callback(PrintEnergy { every, sites })
        .callback(InvalidLossStopping::new("energy"))
        .callback(ConvergenceStopping::new(
            "energy.variance",
            CONVERGED * sites,
        ))
}

/// As many spins as the command line says, at the critical point.
fn critical_chain() -> Result<IsingChain, Box<dyn Error>> {
    let spins = std::env::args()
        .nth(1)
        .map_or(Ok(10), |spins| spins.parse());
    let spins = spins.map_err(|_| "how many spins? write a number from 2 to 12")?;
    if !(2..=12).contains(&spins) {
        return Err(format!("{spins} spins: write a number from 2 to 12").into());
    }
    Ok(IsingChain {
        spins,
        coupling: 1.0,
        field: 1.0,
    })
}

fn variational(chain: IsingChain) -> Variational {
    Variational {
        wave: Rbm::new(chain.spins, FILTERS, SEED),
        sampler: Sampler::new(CHAINS, chain.spins, SEED),
        chain,
        rate: 0.1,
        shift: 1e-3,
    }
}

/// Draws more from what was found, and prints how near it came.
fn compare(driven: &mut Variational, ground: &GroundState) {
    let samples = driven.sampler.sample(&driven.wave, DISCARDED, LAST_DRAWS);
    let (energy, squared) = (
        driven.energy(&samples),
        Variational::squared_magnetisation(&samples),
    );
    let exact = ground.mean(|spins| spins.magnetisation().powi(2));
    println!(
        "squared magnetisation: {:.4} ± {:.4}, exact {exact:.4}",
        squared.mean, squared.error
    );
    let sites = f64::from(driven.chain.spins);
    println!(
        "energy per site: {:.7} ± {:.7}",
        energy.mean / sites,
        energy.error / sites
    );
    println!("exact: {:.7}", ground.energy / sites);
    println!(
        "relative error: {:.1e}",
        (energy.mean / ground.energy - 1.0).abs()
    );
}
