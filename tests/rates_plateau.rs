//! A reduction of the learning rate on a plateau: its options, its memory and its mistakes. `rates_peers.rs` compares its rates with PyTorch's.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod complaint;
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::{Driver, VariationalDriver};
use callbacks::fit::{Epoch, Fit, LearningRate, Step, Trainer};
use callbacks::shelf::{EarlyStopping, RateSchedule, ReduceOnPlateau};
use callbacks::{Attach, Flow, Plan, Record, State};
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use support::complaint::complaint;
use support::journal::Journal;
use support::line::{Line, inputs};
use support::walk::{Walk, walk};

fn minimize() -> ReduceOnPlateau {
    ReduceOnPlateau::minimize("watched").factor(0.5).patience(0)
}

fn trainer(watched: &'static [f64], plateau: ReduceOnPlateau) -> Trainer<Line> {
    let report = |epoch: &Epoch, record: &mut Record| {
        let at = usize::try_from(epoch.get()).unwrap() - 1;
        record.set("watched", watched[at]);
    };
    Trainer::new(Line::new(&Journal::default()))
        .epochs(watched.len() as u64)
        .learning_rate(1.0)
        .callback(plateau.record())
        .on(Fit::on_epoch_end, report)
}

/// The rates of the epochs of a fit in which these values are watched.
fn rates_of(trainer: &mut Trainer<Line>) -> Vec<f64> {
    let fitted = trainer.fit(inputs([0.0])).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    fitted.history.of("lr").map(|(_, rate)| rate).collect()
}

fn rates(watched: &'static [f64], plateau: ReduceOnPlateau) -> Vec<f64> {
    rates_of(&mut trainer(watched, plateau))
}

#[test]
fn the_rate_of_the_next_round_is_reduced_and_this_one_is_recorded() {
    assert_eq!(
        rates(&[3.0, 2.0, 2.0, 1.0, 1.0, 0.5], minimize()),
        [1.0, 1.0, 1.0, 0.5, 0.5, 0.25]
    );
    let maximize = ReduceOnPlateau::maximize("watched").factor(0.5).patience(0);
    assert_eq!(
        rates(&[3.0, 2.0, 4.0, 4.0, 5.0], maximize),
        [1.0, 1.0, 0.5, 0.5, 0.25]
    );
}

#[test]
fn patience_is_the_number_of_looks_that_pass() {
    let flat = &[1.0; 7];
    assert_eq!(
        rates(flat, minimize().patience(1)),
        [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
    );
    assert_eq!(rates(flat, minimize().patience(9)), [1.0; 7]);
}

#[test]
fn a_cooldown_delays_the_next_reduction() {
    let flat = &[1.0; 8];
    assert_eq!(
        rates(flat, minimize().cooldown(2)),
        [1.0, 1.0, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25]
    );
}

#[test]
fn the_rate_has_a_least_value_and_a_least_change() {
    let flat = &[1.0; 5];
    assert_eq!(
        rates(flat, minimize().min_rate(0.4)),
        [1.0, 1.0, 0.5, 0.4, 0.4]
    );
    assert_eq!(rates(flat, minimize().eps(0.25)), [1.0, 1.0, 0.5, 0.5, 0.5]);
}

#[test]
fn the_first_looks_can_be_skipped() {
    let flat = &[1.0; 5];
    assert_eq!(
        rates(flat, minimize().start_from(2)),
        [1.0, 1.0, 1.0, 1.0, 0.5]
    );
}

#[test]
fn a_relative_threshold_is_right_for_either_sign() {
    let threshold = || minimize().threshold(0.1);
    // Better by 5% and by 15% of the magnitude.
    assert_eq!(rates(&[-1.0, -1.05, -1.0], threshold()), [1.0, 1.0, 0.5]);
    assert_eq!(rates(&[-1.0, -1.15, -1.0], threshold()), [1.0, 1.0, 1.0]);
    // Worse is no improvement, which PyTorch takes it for.
    assert_eq!(rates(&[-1.0, -0.95, -1.0], threshold()), [1.0, 1.0, 0.5]);
    let maximize = || ReduceOnPlateau::maximize("watched").factor(0.5).patience(0);
    let threshold = || maximize().threshold(0.1);
    assert_eq!(rates(&[-1.0, -0.95, -1.0], threshold()), [1.0, 1.0, 0.5]);
    assert_eq!(rates(&[-1.0, -0.85, -1.0], threshold()), [1.0, 1.0, 1.0]);
}

#[test]
fn an_absolute_threshold_replaces_the_relative_one() {
    let absolute = || minimize().threshold(0.5).absolute_threshold(2.0);
    assert_eq!(
        rates(&[100.0, 97.0, 96.0, 0.0], absolute()),
        [1.0, 1.0, 1.0, 0.5]
    );
}

#[test]
fn nan_and_infinities_are_values_like_others() {
    const NAN: f64 = f64::NAN;
    const INFINITY: f64 = f64::INFINITY;
    assert_eq!(
        rates(&[NAN, NAN, 1.0, NAN, 0.5], minimize()),
        [1.0, 0.5, 0.25, 0.25, 0.125]
    );
    assert_eq!(
        rates(&[INFINITY, 1.0, 0.0, 0.0], minimize()),
        [1.0, 0.5, 0.5, 0.5]
    );
    assert_eq!(
        rates(&[-INFINITY, 1.0, -INFINITY], minimize()),
        [1.0, 1.0, 0.5]
    );
}

#[test]
fn a_second_fit_begins_anew_and_instances_do_not_share() {
    let watched = &[2.0, 2.0, 2.0, 2.0];
    let mut first = trainer(watched, minimize().patience(1));
    let once = rates_of(&mut first);
    assert_eq!(once, [1.0, 1.0, 1.0, 0.5]);
    assert_eq!(rates_of(&mut first), once);
    // Two that watch different numbers reduce both.
    let other = |record: &mut Record| record.set("other", 2.0);
    first.plan().on(Fit::on_epoch_end, other);
    let of_other = ReduceOnPlateau::minimize("other").factor(0.5).patience(1);
    first.plan().add(of_other);
    assert_eq!(rates_of(&mut first), [1.0, 1.0, 1.0, 0.25]);
}

#[test]
fn a_round_that_is_cut_short_is_no_look() {
    let mut trainer = trainer(&[1.0; 4], minimize()).valid(inputs([0.0])).on(
        Fit::on_train_batch_begin,
        |epoch: &Epoch| {
            if epoch.get() == 2 {
                Flow::leave(Fit::EPOCH)
            } else {
                Flow::Continue
            }
        },
    );
    // The history has no rate for the second epoch, and a look there would have reduced it.
    assert_eq!(rates_of(&mut trainer), [1.0, 1.0, 0.5]);
}

#[test]
fn mistakes_are_reported_with_what_to_write() {
    let fail = |plateau| complaint(trainer(&[1.0], plateau).fit(inputs([0.0])));
    for factor in [1.0, -0.1, f64::NAN] {
        let expected =
            format!("ReduceOnPlateau: has a `factor` of {factor}; give one from 0 to less than 1");
        let text = fail(minimize().factor(factor));
        assert!(text.ends_with(&expected), "{text}");
    }
    for threshold in [1.0, -0.1, f64::NAN] {
        let text = fail(minimize().threshold(threshold));
        let expected = format!("has a `threshold` of {threshold}; give one from 0 to less than 1");
        assert!(text.ends_with(&expected), "{text}");
    }
    for wrong in [-1.0, f64::NAN, f64::INFINITY] {
        let plateaus = [
            (
                "an `absolute_threshold`",
                minimize().absolute_threshold(wrong),
            ),
            ("a `min_rate`", minimize().min_rate(wrong)),
            ("an `eps`", minimize().eps(wrong)),
        ];
        for (setting, plateau) in plateaus {
            let remedy = "give one that is finite and not negative";
            let expected = format!("ReduceOnPlateau: has {setting} of {wrong}; {remedy}");
            let text = fail(plateau);
            assert!(text.ends_with(&expected), "{text}");
        }
    }
    let misspelt = fail(minimize().of("mian"));
    assert!(
        misspelt.ends_with("there is no optimiser `mian`; did you mean `main`?"),
        "{misspelt}"
    );
    let trainer = Trainer::new(Line::new(&Journal::default()));
    let absent = trainer
        .callback(ReduceOnPlateau::minimize("valid_loss"))
        .check();
    let absent = absent.unwrap_err().to_string();
    assert!(
        absent.contains("no validation data: `.valid(…)`"),
        "{absent}"
    );
    let mut trainer = Trainer::new(Line::new(&Journal::default()));
    trainer.plan().add(ReduceOnPlateau::minimize("train_los"));
    let misspelt = complaint(trainer.fit(inputs([0.0])));
    assert!(
        misspelt.contains("did you mean `train_loss`?"),
        "{misspelt}"
    );
}

#[test]
fn the_rate_that_is_recorded_can_be_monitored() {
    let mut trainer = trainer(&[1.0; 3], minimize());
    trainer
        .plan()
        .add(EarlyStopping::minimize("lr").patience(9));
    assert!(trainer.check().is_ok());
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .callback(ReduceOnPlateau::minimize("train_loss"))
        .callback(EarlyStopping::minimize("lr"));
    assert!(trainer.check().is_err());
    let record = |optimizer| RateSchedule::per_epoch(|_: u64| 1.0).of(optimizer).record();
    let mut trainer = Trainer::new(Line::new(&Journal::default()))
        .callback(record("main"))
        .callback(EarlyStopping::minimize("lr.main"));
    assert!(trainer.check().is_ok());
}

#[test]
fn one_of_several_optimisers_can_be_reduced() {
    let mut line = Line::new(&Journal::default());
    line.optimizers = &["generator", "critic"];
    let mut trainer = Trainer::new(line)
        .epochs(3)
        .learning_rate(1.0)
        .learning_rate_of("critic", 4.0)
        .on(Fit::on_epoch_end, |record: &mut Record| {
            record.set("watched", 1.0);
        })
        .callback(minimize().of("critic").record());
    let fitted = trainer.fit(inputs([0.0])).unwrap();
    assert!(
        fitted
            .history
            .of("lr.critic")
            .map(|(_, rate)| rate)
            .eq([4.0, 4.0, 2.0])
    );
    let rate = trainer.get::<LearningRate>().unwrap();
    assert_eq!((rate.of("critic"), rate.of("generator")), (1.0, 1.0));
}

fn driver(plateau: ReduceOnPlateau) -> VariationalDriver<Walk> {
    walk().state(LearningRate::new(1.0)).callback(plateau).on(
        Driver::on_step_end,
        |record: &mut Record, step: &Step| {
            record.set("watched", if step.get() == 1 { 1.0 } else { 2.0 });
        },
    )
}

#[test]
fn in_a_driver_the_memory_goes_on_with_the_next_run() {
    let rate = |driver: &VariationalDriver<Walk>| driver.get::<LearningRate>().unwrap().get();
    let mut whole = driver(minimize().patience(2).cooldown(3));
    assert!(whole.run(9).unwrap().is_finished());
    let mut parts = driver(minimize().patience(2).cooldown(3));
    for steps in [1, 2, 3, 3] {
        assert!(parts.run(steps).unwrap().is_finished());
    }
    assert_eq!((rate(&whole), rate(&parts)), (0.5, 0.5));
    assert!(whole.run(1).unwrap().is_finished() && parts.run(1).unwrap().is_finished());
    assert_eq!((rate(&whole), rate(&parts)), (0.25, 0.25));
}

#[test]
fn a_loop_of_another_crate_has_plateaus() {
    let mut plan = Plan::<Relax>::new();
    plan.add(ReduceOnPlateau::maximize("energy").patience(0).factor(0.5));
    let mut state = State::new();
    state.insert(LearningRate::new(1.0));
    state.insert(Energy(8.0));
    assert!(relax(&mut plan, &mut state, 4).unwrap().is_finished());
    assert_eq!(
        state.get::<LearningRate>().map(LearningRate::get),
        Some(0.125)
    );
}
