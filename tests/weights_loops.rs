//! The averages of parameters in a driver and in your own loop.

mod support {
    pub(crate) mod peer_values;
    pub(crate) mod place;
}

use callbacks::driver::VariationalDriver;
use callbacks::prelude::Rounds;
use callbacks::shelf::{Ema, StochasticWeightAveraging};
use callbacks::{Attach, Parameters, Plan, State, breakpoints};
use support::peer_values::assert_near;
use support::place::Place;

#[test]
fn the_runs_of_a_driver_are_one_average() {
    let mut driver = VariationalDriver::new(Place(0.0))
        .callback(Ema::<Place>::new(0.5))
        .callback(StochasticWeightAveraging::<Place>::from_epoch(2));
    for _ in 0..2 {
        assert!(driver.run(2).unwrap().is_finished());
    }
    // 1, 2, 3, 4
    let expected = ((1.0 * 0.5 + 2.0 * 0.5) * 0.5 + 3.0 * 0.5) * 0.5 + 4.0 * 0.5;
    let mut place = Place(0.0);
    place
        .restore(
            driver
                .plan()
                .get::<Ema<Place>>()
                .unwrap()
                .average()
                .unwrap(),
        )
        .unwrap();
    assert_near(&[place.0], &[expected], "ema");
    let swa = driver
        .plan()
        .get::<StochasticWeightAveraging<Place>>()
        .unwrap();
    place.restore(swa.average().unwrap()).unwrap();
    assert_near(&[place.0], &[3.0], "swa");
}

breakpoints! {
    /// A loop that counts its rounds by a counter of its own, with a validation in each.
    loop Sweeps with Sweep as epochs {
        scope RUN {
            on_run_begin;
            scope SWEEP counts Sweep {
                on_sweep_begin;
                phase VALID { on_valid_begin; on_valid_end; }
                on_sweep_end completes Sweep;
            }
            on_run_end;
        }
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Sweep(u64);
callbacks::counter!(Sweep: u64);

#[test]
fn your_own_loop_is_averaged_after_each_round() {
    let mut plan = Plan::<Sweeps>::new();
    plan.add(Ema::<Place>::new(0.5));
    let mut state = State::new();
    state.insert(Place(0.0));
    state.insert(Vec::<f64>::new());
    let look = |place: &Place, seen: &mut Vec<f64>| seen.push(place.0);
    plan.on(Sweeps::on_valid_end, look);
    let outcome = plan.run(&mut state, |run| {
        for _ in 0..3 {
            run.scope(Sweeps::SWEEP, |run| {
                let mut state = run.state();
                state.get_mut::<Place>().ok_or("no place")?.0 += 2.0;
                run.scope(Sweeps::VALID, |_| Ok(())).map(drop)
            })?;
        }
        Ok(())
    });
    assert!(outcome.unwrap().is_finished());
    // The average of the sweeps before: none, 2, and 3.
    assert_eq!(state.get::<Vec<f64>>().unwrap().as_slice(), [2.0, 2.0, 3.0]);
    assert!(
        state
            .get::<Place>()
            .is_some_and(|place| (place.0 - 6.0).abs() < 1e-12)
    );
    assert_eq!(Sweeps::ROUND, "sweep");
}
