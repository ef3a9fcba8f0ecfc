//! The shelf's progress in loops that it does not know.
#![cfg(feature = "indicatif")]

mod support {
    pub(crate) mod terminal;
}

use callbacks::fit::Epochs;
use callbacks::prelude::*;
use callbacks::shelf::Progress;
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use support::terminal::Page;

#[test]
fn a_loop_of_another_crate_shows_its_rounds_and_each_run_begins_where_the_last_one_ended() {
    let page = Page::default();
    let (mut plan, mut state) = (Plan::<Relax>::new(), State::new());
    state.insert(Energy(1.0));
    plan.add(Progress::lines(page.clone()));
    assert!(relax(&mut plan, &mut state, 2).unwrap().is_finished());
    plan.on(Relax::on_force, |step: &Step| match step.get() {
        4 => Flow::stop("enough"),
        _ => Flow::Continue,
    });
    assert!(
        relax(&mut plan, &mut state, 20)
            .unwrap()
            .stopped()
            .is_some()
    );
    let expected = [
        "step 1/2: energy 1.0000",
        "step 2/2: energy 0.5000",
        "finished",
        "step 4/22: energy 0.1250",
        "stopped by closure at on_force",
    ];
    assert_eq!(page.lines(), expected);
}

breakpoints! {
    /// A loop whose state has its number of rounds, or has it not.
    loop Sweep with Epoch as epochs {
        scope SWEEP counts Epoch {
            before_sweep;
            after_sweep completes Epoch;
        }
    }
}

#[test]
fn the_state_tells_how_many_rounds_there_are() {
    let sweep = |mut state: State, sweeps: u64| {
        let page = Page::default();
        let mut plan = Plan::<Sweep>::new();
        plan.add(Progress::lines(page.clone()));
        let outcome = plan.run(&mut state, |run| {
            (0..sweeps).try_for_each(|_| run.scope(Sweep::SWEEP, |_| Ok(())).map(drop))
        });
        assert!(outcome.unwrap().is_finished());
        page.lines()
    };
    let unknown = ["epoch 1", "epoch 2", "epoch 5", "epoch 6", "finished"];
    assert_eq!(sweep(State::new(), 6), unknown);
    let mut state = State::new();
    state.insert(Epoch::new(3));
    state.insert(Epochs { min: 0, max: 23 });
    let known = ["epoch 5/23", "epoch 7/23", "epoch 8/23", "finished"];
    assert_eq!(sweep(state, 5), known);
}
