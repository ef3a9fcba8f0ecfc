//! The best parameters are kept and restored, in each loop and whatever the ending of a run.
#![allow(
    clippy::needless_pass_by_value,
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod action;
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::prelude::*;
use callbacks::shelf::{EarlyStopping, KeepBest, RestoreBest};
use callbacks::{Problem, ProblemKind, Round, Scope, weight};
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use std::sync::{Arc, Mutex};
use support::action::Action;
use support::journal::Journal;
use support::line::{Line, inputs};
use support::walk::walk;

/// The parameters: the number of the round under way.
type Weights = Vec<f64>;

/// Changes the parameters in each round, and records what there is to watch.
struct Train(&'static [f64]);

#[callback(Rounds, register = false)]
impl Train {
    fn on_round_end(&self, record: &mut Record, weights: &mut Weights) {
        let number = record.round().number();
        let index = usize::try_from(number).unwrap() - 1;
        record.set("watched", self.0.get(index).copied().unwrap_or(f64::NAN));
        *weights = vec![f64::from(u32::try_from(number).unwrap())];
    }
}

fn keep() -> KeepBest<Weights> {
    KeepBest::minimize("watched")
}

fn fit(values: &'static [f64], keep: impl Callback<Fit> + Send) -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default()))
        .epochs(values.len() as u64)
        .learning_rate(0.0)
        .state(Weights::new())
        .callback(Train(values))
        .callback(keep)
}

fn number(round: Option<Round>) -> Option<u64> {
    round.map(Round::number)
}

#[test]
fn the_parameters_of_the_best_round_come_back_in_every_loop() {
    let cases: [(&'static [f64], f64); 6] = [
        (&[3.0, 1.0, 2.0], 2.0),
        (&[3.0, 2.0, 1.0], 3.0),
        (&[1.0, 1.0, 1.0], 1.0),
        (&[f64::NAN, 2.0, f64::NAN], 2.0),
        (&[f64::INFINITY, f64::NEG_INFINITY, 0.0], 3.0),
        (&[f64::NAN, f64::NAN], 2.0),
    ];
    for (values, expected) in cases {
        let mut trainer = fit(values, keep());
        assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
        assert_eq!(
            trainer.get::<Weights>(),
            Some(&vec![expected]),
            "{values:?}"
        );

        let driver = walk().state(Weights::new()).callback(Train(values));
        let mut driver = driver.callback(keep());
        assert!(driver.run(values.len() as u64).unwrap().is_finished());
        assert_eq!(driver.get::<Weights>(), Some(&vec![expected]));

        let (mut plan, mut state) = (Plan::<Relax>::new(), State::new());
        state.insert(Energy(1.0));
        state.insert(Weights::new());
        plan.add(Train(values));
        plan.add(keep());
        let outcome = relax(&mut plan, &mut state, values.len() as u64).unwrap();
        assert!(outcome.is_finished());
        assert_eq!(state.get::<Weights>(), Some(&vec![expected]));
    }
}

/// Acts once, at the given visit of a breakpoint.
struct Act {
    at: &'static str,
    visit: u32,
    action: Action<Fit>,
    seen: u32,
}

impl Callback<Fit> for Act {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on_all(|this: &mut Self, at: &Breakpoint| {
            if at.name() != this.at {
                return Ok(Flow::Continue);
            }
            this.seen += 1;
            if this.seen == this.visit {
                this.action.act()
            } else {
                Ok(Flow::Continue)
            }
        });
    }
}

/// Notes each round at which `KeepBest`, which runs before it, has looked.
struct Looked(Arc<Mutex<Vec<u64>>>);

#[callback(Rounds, register = false, weight = weight::STOPPERS)]
impl Looked {
    fn on_round_end(&self, record: &Record) {
        if record.is_complete() {
            self.0.lock().unwrap().push(record.round().number());
        }
    }
}

#[test]
fn the_best_parameters_come_back_whatever_the_ending() {
    let scopes: [Scope<Fit>; 3] = [Fit::TRAIN_BATCH, Fit::TRAIN, Fit::EPOCH];
    let values = &[5.0, 4.0, 3.0, 2.0, 1.0];
    let mut endings = 0;
    for at in Fit::BREAKPOINTS.iter().map(Breakpoint::name) {
        let actions = Action::all(scopes).into_iter();
        let visits = actions.flat_map(|action| (1..4).map(move |visit| (visit, action)));
        for (visit, action) in visits {
            for weight in [f64::NEG_INFINITY, f64::INFINITY] {
                let looked = Looked(Arc::default());
                let rounds = Arc::clone(&looked.0);
                let mut trainer = fit(values, keep()).valid(inputs([1.0])).callback(looked);
                let seen = 0;
                let act = Act {
                    at,
                    visit,
                    action,
                    seen,
                };
                trainer.plan().add_local(act).weight(weight);
                let outcome = trainer.fit(inputs([1.0, 2.0])).unwrap().outcome;
                endings += u32::from(!outcome.is_finished());
                let best = rounds.lock().unwrap().last().copied();
                let weights = trainer.get::<Weights>().unwrap();
                let restored = best.map(|best| vec![f64::from(u32::try_from(best).unwrap())]);
                let text = format!("{action:?} at {at}, visit {visit}, {weight}: {outcome}");
                assert!(restored.is_none_or(|best| best == *weights), "{text}");
            }
        }
    }
    assert!(endings > 100, "{endings} runs ended early");
}

#[test]
fn each_fit_keeps_its_own_best_and_an_evaluation_restores_nothing() {
    let mut trainer = fit(&[2.0, 1.0, 3.0], keep());
    for _ in 0..2 {
        assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
        assert_eq!(trainer.get::<Weights>(), Some(&vec![2.0]));
        let kept = trainer.plan().get::<KeepBest<Weights>>().unwrap();
        assert_eq!((kept.best(), number(kept.round())), (Some(1.0), Some(2)));
    }
    let mut trainer = trainer.state(vec![7.0]);
    trainer
        .evaluate(inputs([1.0]))
        .unwrap()
        .outcome
        .ok()
        .unwrap();
    trainer
        .predict(inputs([1.0]))
        .unwrap()
        .outcome
        .ok()
        .unwrap();
    assert_eq!(trainer.get::<Weights>(), Some(&vec![7.0]));
}

#[test]
fn the_runs_of_a_driver_have_one_best() {
    let driver = walk().state(Weights::new());
    let mut driver = driver
        .callback(Train(&[3.0, 1.0, 2.0, 0.5]))
        .callback(keep());
    for (steps, best) in [(1, 1.0), (2, 2.0), (1, 4.0)] {
        assert!(driver.run(steps).unwrap().is_finished());
        assert_eq!(driver.get::<Weights>(), Some(&vec![best]));
    }
}

#[test]
fn two_instances_keep_two_rounds() {
    let mut trainer = fit(&[2.0, 1.0, 3.0], keep());
    let worst = KeepBest::<Weights>::maximize("watched").without_restoring();
    trainer.plan().add(worst).named("worst");
    assert!(trainer.fit(inputs([1.0])).unwrap().outcome.is_finished());
    for (name, best, round) in [("KeepBest", 1.0, 2), ("worst", 3.0, 3)] {
        let kept = trainer.plan().get_named::<KeepBest<Weights>>(name).unwrap();
        assert_eq!(
            (kept.best(), number(kept.round())),
            (Some(best), Some(round))
        );
    }
    assert_eq!(trainer.get::<Weights>(), Some(&vec![2.0]));
}

#[test]
fn two_that_restore_one_model_are_a_problem_of_the_plan() {
    let stopping = || EarlyStopping::minimize("watched").restore_best::<Weights>();
    for mut trainer in [
        fit(&[1.0], keep()).callback(keep()),
        fit(&[1.0], keep()).callback(stopping()),
        fit(&[1.0], stopping()).callback(stopping()),
    ] {
        let error = trainer.check().unwrap_err();
        let kinds = error.problems().iter().map(Problem::kind);
        assert!(kinds.eq([ProblemKind::Incompatible]), "{error}");
    }
    // One of another type of parameters is none.
    let other = KeepBest::<(f64, f64)>::minimize("watched");
    let mut both = fit(&[1.0], keep()).state((0.0, 0.0)).callback(other);
    both.check().unwrap();
}

#[test]
fn a_session_gets_the_best_parameters_of_what_it_lends_back() {
    let mut weights = vec![0.0];
    let fit = Fit::session(3).callback(KeepBest::<Weights>::minimize("train_loss"));
    let fit = fit.lend(&mut weights).start().unwrap();
    for epoch in fit.epochs() {
        for loss in fit.train([[3.0, 1.0, 2.0][usize::try_from(epoch).unwrap() - 1]]) {
            fit.borrow::<Weights>().unwrap()[0] += 1.0;
            fit.loss(loss);
        }
    }
    assert!(fit.finish().is_finished());
    assert_eq!(weights, [2.0]);
}

#[test]
fn without_parameters_in_the_state_the_plan_has_a_problem() {
    let trainer = Trainer::new(Line::new(&Journal::default()));
    let mut trainer = trainer.callback(KeepBest::<Weights>::minimize("train_loss"));
    let error = trainer.check().unwrap_err();
    let kinds = error.problems().iter().map(Problem::kind);
    assert!(kinds.eq([ProblemKind::Missing]), "{error}");
}

#[test]
fn early_stopping_restores_the_best_parameters() {
    let stopping = EarlyStopping::minimize("watched")
        .patience(1)
        .restore_best();
    let stopping: RestoreBest<Weights> = stopping;
    let mut trainer = fit(&[3.0, 1.0, 2.0, 2.0, 0.0], stopping);
    for _ in 0..2 {
        let fitted = trainer.fit(inputs([1.0])).unwrap();
        let stop = fitted.outcome.stopped().unwrap();
        assert_eq!(stop.origin().callback(), Some("EarlyStopping"));
        assert_eq!(
            stop.reason(),
            "`watched` has not improved on 1 in 2 looks: 2"
        );
        assert_eq!(fitted.history.len(), 4);
        assert_eq!(trainer.get::<Weights>(), Some(&vec![2.0]));
    }
    let stopping = trainer.plan().get::<RestoreBest<Weights>>().unwrap();
    assert_eq!(stopping.stopping().best(), Some(1.0));
    assert_eq!(number(stopping.keeping().round()), Some(2));
}
