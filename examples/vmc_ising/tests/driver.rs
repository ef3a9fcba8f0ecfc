//! The method in the driver's loop: small, and with bad samples.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

use callbacks::prelude::*;
use exact::GroundState;
use hamiltonian::IsingChain;
use in_the_loop::RefuseExplosions;
use rbm::Rbm;
use sampler::Sampler;
use spins::Spins;
use std::sync::mpsc;
use variational::Variational;
use vmc_ising::{callbacks as in_the_loop, exact, hamiltonian, rbm, sampler, spins, variational};

const CHAIN: IsingChain = IsingChain {
    spins: 4,
    coupling: 1.0,
    field: 1.0,
};

fn driver() -> VariationalDriver<Variational> {
    VariationalDriver::new(Variational {
        wave: Rbm::new(CHAIN.spins, 2, 7),
        sampler: Sampler::new(16, CHAIN.spins, 7),
        chain: CHAIN,
        rate: 0.1,
        shift: 1e-3,
    })
}

/// Chains that stay for half of their time where the energy is least, and then where it is most. Later, near an eigenstate, it would be
/// the same everywhere.
fn torn() -> sampler::Samples {
    let least = Spins::new(0b1111, CHAIN.spins);
    let most = Spins::new(0b0101, CHAIN.spins);
    vec![[vec![least; 32], vec![most; 32]].concat(); 16]
}

#[test]
fn samples_with_a_great_error_are_refused_and_drawn_again() {
    let (text, rejecters) = mpsc::channel();
    let mut driver = driver()
        .callback(RefuseExplosions::default())
        .on(
            Driver::on_compute_update_start,
            |step: &Step, attempt: &Attempt, samples: &mut Samples<sampler::Samples>| {
                if step.get() == 2 && attempt.get() == 1 {
                    samples.set(torn());
                }
            },
        )
        .on(
            Driver::on_step_end,
            move |step: &Step, rejected: &RejectedAttempts| {
                for attempt in rejected.iter() {
                    let callback_ref = attempt.rejecters[0].to_string();
                    text.send((step.get(), callback_ref))
                        .expect("the receiver is alive");
                }
            },
        );
    let outcome = driver.run(60).expect("a plan");
    assert!(outcome.is_finished(), "{outcome}");
    let rejecters: Vec<_> = rejecters.try_iter().collect();
    let of_torn = |(step, callback_ref): &(u64, String)| {
        *step == 3 && callback_ref.starts_with("RefuseExplosions")
    };
    assert!(rejecters.iter().any(of_torn), "{rejecters:?}");
    let energy = driver
        .get::<Record>()
        .and_then(|record| record.get("energy"));
    let exact = GroundState::of(&CHAIN).energy;
    let away = (energy.expect("an energy") / exact - 1.0).abs();
    assert!(away < 0.01, "{energy:?} for {exact}");
}

#[test]
fn a_first_error_of_nothing_does_not_make_every_other_one_too_great() {
    let none = |step: &Step, record: &mut Record| {
        if step.get() == 0 {
            record.set("energy", Stats::default());
        }
        Verdict::Accept
    };
    let mut driver = driver().on(Driver::on_compute_update_end, none);
    driver.plan().add(RefuseExplosions::default()).weight(1.0);
    let outcome = driver.run(3).expect("a plan");
    assert!(outcome.is_finished(), "{outcome}");
}
