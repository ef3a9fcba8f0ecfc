//! The physics, each part against what is known of it by another way.

use exact::GroundState;
use hamiltonian::IsingChain;
use nalgebra::{DMatrix, DVector};
use rbm::Rbm;
use sampler::Sampler;
use spins::Spins;
use statistics::Estimate;
use std::f64::consts::PI;
use variational::Variational;
use vmc_ising::{
    exact, hamiltonian, rbm, reconfiguration, sampler, spins, statistics, variational,
};

fn chain(spins: u32, field: f64) -> IsingChain {
    IsingChain {
        spins,
        coupling: 1.3,
        field,
    }
}

/// With weights that are not small, so that no term of the physics is.
fn wave(spins: u32) -> Rbm {
    let mut wave = Rbm::new(spins, 2, 11);
    wave.weights_mut()
        .iter_mut()
        .for_each(|weight| *weight *= 5.0);
    wave
}

/// The amplitudes of all configurations.
fn amplitudes(wave: &Rbm, spins: u32) -> DVector<f64> {
    let amplitude = |spins| wave.angles(spins).log_amplitude.exp();
    DVector::from_iterator(1 << spins, Spins::all(spins).map(amplitude))
}

/// The energy of the wave function, by a sum over all configurations.
fn energy(chain: &IsingChain, wave: &Rbm) -> f64 {
    let amplitudes = amplitudes(wave, chain.spins);
    let times = DVector::from_vec(chain.apply(amplitudes.as_slice()));
    amplitudes.dot(&times) / amplitudes.norm_squared()
}

/// One operator on one site, the identity on all others.
fn on_site(operator: &DMatrix<f64>, location: u32, spins: u32) -> DMatrix<f64> {
    // The first site is the lowest bit, and so the last factor.
    (0..spins)
        .rev()
        .fold(DMatrix::identity(1, 1), |product, at| {
            let identity = DMatrix::identity(2, 2);
            product.kronecker(if at == location { operator } else { &identity })
        })
}

/// The Hamiltonian as it is written in books, in Pauli matrices; down comes before up, as 0 before 1.
fn dense(chain: &IsingChain) -> DMatrix<f64> {
    let z = DMatrix::from_row_slice(2, 2, &[-1.0, 0.0, 0.0, 1.0]);
    let x = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, 1.0, 0.0]);
    let n = chain.spins;
    let terms = (0..n).map(|location| {
        let bond = on_site(&z, location, n) * on_site(&z, (location + 1) % n, n);
        bond * -chain.coupling - on_site(&x, location, n) * chain.field
    });
    terms.sum()
}

#[test]
fn the_magnetisation_is_the_mean_of_the_spins() {
    for spins in Spins::all(5) {
        let mean = (0..5).map(|location| spins.at(location)).sum::<f64>() / 5.0;
        assert!((spins.magnetisation() - mean).abs() < 1e-12, "{spins:?}");
    }
    let samples = vec![vec![Spins::new(0b1111, 4), Spins::new(0b0111, 4)]];
    let squared = Variational::squared_magnetisation(&samples);
    assert!((squared.mean - 0.625).abs() < 1e-12, "{squared:?}");
}

#[test]
fn the_exact_energy_is_that_of_free_fermions() {
    // P. Pfeuty, Ann. Phys. 57, 79 (1970): after Jordan and Wigner, with momenta between those of the ring.
    for spins in 2..=9 {
        for field in [0.4, 1.3, 2.5] {
            let chain = chain(spins, field);
            let (j, h) = (chain.coupling, chain.field);
            let momenta = (0..spins).map(|m| PI * (2.0 * f64::from(m) + 1.0) / f64::from(spins));
            let closed: f64 = momenta
                .map(|k| -(j * j + h * h - 2.0 * j * h * k.cos()).sqrt())
                .sum();
            let found = GroundState::of(&chain).energy;
            assert!(
                (found - closed).abs() < 1e-9,
                "{spins} spins, field {field}: {found} for {closed}"
            );
        }
    }
}

#[test]
fn the_exact_state_is_an_eigenstate_of_the_dense_matrix() {
    let chain = chain(6, 0.9);
    let ground = GroundState::of(&chain);
    let eigen = dense(&chain).symmetric_eigen();
    let (lowest, _) = eigen.eigenvalues.argmin();
    let vector = eigen.eigenvectors.column(lowest);
    let square = |spins: Spins| spins.magnetisation().powi(2);
    let expected: f64 = Spins::all(6)
        .zip(&vector)
        .map(|(spins, x)| x * x * square(spins))
        .sum();
    assert!((ground.energy - eigen.eigenvalues[lowest]).abs() < 1e-9);
    assert!((ground.mean(square) - expected).abs() < 1e-9);
    assert!((ground.mean(|_| 1.0) - 1.0).abs() < 1e-9);
}

#[test]
fn the_local_energy_is_that_of_the_dense_matrix() {
    for spins in [2, 3, 6] {
        let (chain, wave) = (chain(spins, 0.7), wave(spins));
        let amplitudes = amplitudes(&wave, spins);
        let times = dense(&chain) * &amplitudes;
        for (at, spins) in Spins::all(spins).enumerate() {
            let local = chain.local_energy(&wave, spins, &wave.angles(spins));
            let expected = times[at] / amplitudes[at];
            assert!(
                (local - expected).abs() < 1e-9,
                "{spins:?}: {local} for {expected}"
            );
        }
    }
}

#[test]
fn the_derivatives_are_those_of_finite_differences() {
    let wave = wave(5);
    for spins in Spins::all(5) {
        let derivatives = wave.log_derivatives(spins, &wave.angles(spins));
        assert_eq!(derivatives.len(), wave.clone().weights_mut().len());
        for (at, derivative) in derivatives.iter().enumerate() {
            let moved = |by: f64| {
                let mut wave = wave.clone();
                wave.weights_mut()[at] += by;
                wave.angles(spins).log_amplitude
            };
            let difference = (moved(1e-5) - moved(-1e-5)) / 2e-5;
            assert!(
                (derivative - difference).abs() < 1e-8,
                "{derivative} for {difference}"
            );
        }
    }
}

#[test]
fn the_wave_function_has_the_symmetries_of_the_ring() {
    let wave = wave(6);
    for spins in Spins::all(6) {
        let rotated = Spins::new(spins.bits() << 1 | spins.bits() >> 5, 6);
        let over = Spins::new(!spins.bits(), 6);
        let amplitude = wave.angles(spins).log_amplitude;
        assert!((wave.angles(rotated).log_amplitude - amplitude).abs() < 1e-12);
        assert!((wave.angles(over).log_amplitude - amplitude).abs() < 1e-12);
    }
}

#[test]
fn angles_follow_a_spin_that_turns() {
    let wave = wave(6);
    let mut spins = Spins::new(0b01_0110, 6);
    let mut angles = wave.angles(spins);
    for location in [0, 3, 5, 0, 2] {
        let ratio = wave.log_ratio(spins, location, &angles);
        let before = angles.log_amplitude;
        wave.turn(spins, location, &mut angles);
        spins = spins.flipped(location);
        assert!((angles.log_amplitude - wave.angles(spins).log_amplitude).abs() < 1e-12);
        assert!((angles.log_amplitude - before - ratio).abs() < 1e-12);
    }
}

#[test]
fn the_sampler_draws_from_the_square_of_the_wave_function() {
    let wave = wave(4);
    let samples = Sampler::new(8, 4, 3).sample(&wave, 10, 5_000);
    let mut counts = [0.0; 16];
    for spins in samples.iter().flatten() {
        counts[spins.bits() as usize] += 1.0 / 40_000.0;
    }
    let amplitudes = amplitudes(&wave, 4);
    let most = amplitudes.norm_squared();
    for (count, amplitude) in counts.iter().zip(&amplitudes) {
        let expected = amplitude.powi(2) / most;
        assert!(
            (count - expected).abs() < 0.01,
            "{count:.4} for {expected:.4}"
        );
    }
}

#[test]
fn the_same_seed_draws_the_same() {
    let drawn = |seed| Sampler::new(4, 6, seed).sample(&wave(6), 1, 20);
    assert_eq!(drawn(1), drawn(1));
    assert_ne!(drawn(1), drawn(2));
}

#[test]
fn where_all_amplitudes_are_the_same_every_proposal_is_accepted() {
    let mut sampler = Sampler::new(4, 6, 1);
    sampler.sample(&wave(6), 2, 10);
    assert!(sampler.acceptance() < 0.9);
    let mut flat = wave(6);
    flat.weights_mut().fill(0.0);
    sampler.sample(&flat, 2, 10);
    assert!((sampler.acceptance() - 1.0).abs() < 1e-12);
}

/// Each value is the one before it, times `memory`, and noise.
fn remembering(memory: f64, chains: usize, length: usize) -> Vec<Vec<f64>> {
    let mut rng = fastrand::Rng::with_seed(5);
    let mut chain = || {
        let mut value = 0.0;
        let mut next = || {
            value = memory * value + rng.f64() - 0.5;
            value
        };
        (0..length).map(|_| next()).collect()
    };
    (0..chains).map(|_| chain()).collect()
}

#[test]
fn the_error_knows_how_long_a_chain_remembers() {
    for memory in [0.0, 0.5, 0.9] {
        let estimate = Estimate::of(&remembering(memory, 8, 20_000));
        let time = 0.5 * (1.0 + memory) / (1.0 - memory);
        let variance = 1.0 / 12.0 / (1.0 - memory * memory);
        let error = (2.0 * time * variance / 160_000.0).sqrt();
        let near = |found: f64, expected: f64| (found / expected - 1.0).abs() < 0.07;
        assert!(
            near(estimate.autocorrelation, time),
            "{estimate:?}, not {time}"
        );
        assert!(
            near(estimate.variance, variance),
            "{estimate:?}, not {variance}"
        );
        assert!(near(estimate.error, error), "{estimate:?}, not {error}");
        assert!(estimate.mean.abs() < 4.0 * error, "{estimate:?}");
    }
}

#[test]
fn chains_that_do_not_agree_are_reported() {
    let mut chains = remembering(0.5, 8, 500);
    assert!(Estimate::of(&chains).r_hat < 1.02);
    // Two chains, and so four halves: their means 2, 6, 3, 5, and their variances 2, 8, 2, 8.
    let four = Estimate::of(&[vec![1.0, 3.0, 4.0, 8.0], vec![2.0, 4.0, 3.0, 7.0]]);
    let by_hand = f64::sqrt(0.5 + (10.0 / 3.0) / 5.0);
    assert!(
        (four.r_hat - by_hand).abs() < 1e-12,
        "{four:?}, not {by_hand}"
    );
    chains[0].iter_mut().for_each(|value| *value += 1.0);
    assert!(Estimate::of(&chains).r_hat > 1.1);
    // A chain that drifts disagrees with itself.
    let drifting: Vec<f64> = (0_u32..500).map(f64::from).collect();
    assert!(Estimate::of(&vec![drifting; 8]).r_hat > 1.5);
}

#[test]
fn a_value_that_never_changes_has_no_error() {
    let estimate = Estimate::of(&vec![vec![-1.5; 30]; 4]);
    assert_eq!((estimate.mean, estimate.error), (-1.5, 0.0));
    assert_eq!(estimate.r_hat.to_bits(), 1.0_f64.to_bits());
}

#[test]
fn the_direction_solves_its_equation() {
    let mut rng = fastrand::Rng::with_seed(9);
    let derivatives = DMatrix::from_fn(3, 40, |_, _| rng.f64());
    let energies = DVector::from_fn(40, |_, _| rng.f64());
    let shift = 0.01;
    let found = reconfiguration::direction(derivatives.clone(), &energies, shift);
    let found = found.expect("a direction");
    let covariance = |a: &[f64], b: &[f64]| {
        let mean = |x: &mut dyn Iterator<Item = f64>| x.sum::<f64>() / 40.0;
        let product = mean(&mut a.iter().zip(b).map(|(a, b)| a * b));
        product - mean(&mut a.iter().copied()) * mean(&mut b.iter().copied())
    };
    let row = |at: usize| derivatives.row(at).iter().copied().collect::<Vec<_>>();
    for k in 0..3 {
        let metric = (0..3)
            .map(|l| covariance(&row(k), &row(l)) * found[l])
            .sum::<f64>();
        let force = covariance(&row(k), energies.as_slice());
        assert!((metric + shift * found[k] - force).abs() < 1e-12);
    }
}

#[test]
fn energies_that_are_not_finite_give_no_direction() {
    let derivatives = DMatrix::from_fn(2, 3, |row, column| if row == column { 1.0 } else { 0.0 });
    let energies = DVector::from_vec(vec![1.0, f64::INFINITY, 2.0]);
    assert_eq!(
        reconfiguration::direction(derivatives, &energies, 0.1),
        None
    );
}

fn variational(chain: IsingChain) -> Variational {
    Variational {
        wave: wave(chain.spins),
        sampler: Sampler::new(8, chain.spins, 1),
        chain,
        rate: 0.1,
        shift: 1e-3,
    }
}

fn step(driven: &mut Variational) {
    let samples = driven.sampler.sample(&driven.wave, 3, 40);
    let direction = driven.direction(&samples).expect("a direction");
    driven.descend(&direction);
}

#[test]
fn a_step_lowers_the_energy() {
    let chain = chain(6, 1.3);
    let mut driven = variational(chain);
    let before = energy(&chain, &driven.wave);
    step(&mut driven);
    let after = energy(&chain, &driven.wave);
    let ground = GroundState::of(&chain).energy;
    assert!(
        ground < after && after < before,
        "{ground} < {after} < {before}"
    );
}

#[test]
fn many_steps_find_the_ground_state_and_the_same_one_each_time() {
    let chain = chain(4, 1.3);
    let found = || {
        let mut driven = variational(chain);
        (0..60).for_each(|_| step(&mut driven));
        let samples = driven.sampler.sample(&driven.wave, 3, 40);
        (
            energy(&chain, &driven.wave),
            driven.energy(&samples),
            Variational::squared_magnetisation(&samples),
        )
    };
    let (exactly, drawn, squared) = found();
    let ground = GroundState::of(&chain);
    assert!(
        (exactly / ground.energy - 1.0).abs() < 1e-4,
        "{exactly} for {}",
        ground.energy
    );
    assert!(
        (drawn.mean - exactly).abs() < 4.0 * drawn.error + 1e-9,
        "{drawn:?} for {exactly}"
    );
    let exact = ground.mean(|spins| spins.magnetisation().powi(2));
    assert!(
        (squared.mean - exact).abs() < 4.0 * squared.error,
        "{squared:?} for {exact}"
    );
    assert_eq!(found(), (exactly, drawn, squared));
}
