//! A driver and a session that are cut wherever they can be saved, and continued in another process, are those that were never cut (P10).

mod support {
    pub(crate) mod random_walk;
    pub(crate) mod saves;
}

use callbacks::driver::Verdict;
use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::shelf::{EarlyStopping, ObservableCallback};
use support::random_walk::Walk;
use support::saves::{Done, Saves, assert_cuts_leave_no_trace, done};

type With<'a> = &'a dyn Fn(VariationalDriver<Walk>) -> VariationalDriver<Walk>;

/// How far a driver runs.
#[derive(Clone, Copy)]
enum Length {
    Steps(u64),
    Time(f64),
}

fn drive(with: With<'_>, length: Length, from: Option<SavedRun>) -> Done {
    let saves = Saves::default();
    let mut driver = with(VariationalDriver::new(Walk::new())).plan_with(|plan| {
        plan.add(saves.callback()).weight(callbacks::weight::LAST);
        if let Some(saved) = from {
            plan.restore(saved);
        }
    });
    let outcome = match length {
        Length::Steps(steps) => driver.run(steps),
        Length::Time(span) => driver.run_for(Time::new(span)),
    };
    let rest = format!("{:?} {}", driver.driven().bits(), driver.step());
    done(&saves, &outcome.unwrap(), &rest)
}

#[test]
fn a_driver() {
    for length in [Length::Steps(6), Length::Time(0.7)] {
        assert_cuts_leave_no_trace("a driver", &|saved| drive(&|driver| driver, length, saved));
        assert_cuts_leave_no_trace("with rollback", &|saved| {
            drive(&VariationalDriver::rollback, length, saved)
        });
        let rejecting = |driver: VariationalDriver<Walk>| {
            let judge = |record: &Record| {
                if record.get("energy") > Some(2.5) {
                    Verdict::Reject
                } else {
                    Verdict::Accept
                }
            };
            driver.on(Driver::on_compute_update_end, judge)
        };
        assert_cuts_leave_no_trace("with rejections", &|saved| drive(&rejecting, length, saved));
        let stopping = |driver: VariationalDriver<Walk>| {
            let place =
                ObservableCallback::new("place", Period::steps(2), |walk: &Walk, _: &Vec<f64>| {
                    walk.x
                });
            driver
                .callback(EarlyStopping::minimize("energy").patience(0))
                .callback(place)
        };
        assert_cuts_leave_no_trace("with callbacks", &|saved| drive(&stopping, length, saved));
    }
}

#[test]
fn a_driver_makes_the_steps_of_a_longer_run() {
    let run = |steps, saved| drive(&|driver| driver, Length::Steps(steps), saved);
    let (short, long) = (run(3, None), run(8, None));
    let last = serde_json::from_str(&short.runs.last().unwrap().1).unwrap();
    assert_eq!(run(8, Some(last)).end, long.end);
}

/// A training loop by hand over a session.
fn session(with: &dyn Fn(&mut Plan<Fit>), has_valid: bool, from: Option<SavedRun>) -> Done {
    let saves = Saves::default();
    let mut model = vec![0.25_f64, 1.0];
    let mut builder = Fit::session(3)
        .learning_rate(0.1)
        .lend(&mut model)
        .plan_with(|plan| {
            plan.persist::<Vec<f64>>("model");
            with(plan);
            plan.add(saves.callback()).weight(callbacks::weight::LAST);
        });
    if let Some(saved) = from {
        builder.plan().restore(saved);
    }
    let fit = builder.start().unwrap();
    for epoch in fit.epochs() {
        for batch in fit.train((0..4).map(|batch| batch + epoch)) {
            let target = f64::from(u32::try_from(batch % 5).unwrap());
            let mut model = fit.borrow::<Vec<f64>>().unwrap();
            let error = model[0] - target;
            model[1] = 0.5 * model[1] + error;
            model[0] -= 0.1 * model[1];
            drop(model);
            fit.samples(batch % 3);
            fit.loss(error * error);
        }
        if has_valid {
            for target in fit.valid([1.0, 2.0]) {
                let error = fit.borrow::<Vec<f64>>().unwrap()[0] - target;
                fit.loss(error * error);
            }
        }
        fit.log("extra", 0.5);
    }
    let (_, state, outcome) = fit.into_parts();
    let counts = (state.get::<Epoch>().copied(), state.get::<Step>().copied());
    let history = state.get::<callbacks::fit::History>().unwrap().len();
    done(
        &saves,
        &outcome,
        &format!(
            "{:?} {counts:?} {history}",
            model.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
        ),
    )
}

#[test]
fn a_session_of_a_fit() {
    for has_valid in [false, true] {
        assert_cuts_leave_no_trace("a session", &|saved| session(&|_| {}, has_valid, saved));
        let stopping = |plan: &mut Plan<Fit>| {
            plan.add(
                EarlyStopping::minimize("train_loss")
                    .patience(0)
                    .min_delta(100.0),
            );
            let every = |record: &mut Record| record.set("seen", 1.0);
            plan.on(Fit::on_train_batch_end, every)
                .every(Period::steps(3).last());
        };
        assert_cuts_leave_no_trace("with callbacks", &|saved| {
            session(&stopping, has_valid, saved)
        });
        let leaving = |plan: &mut Plan<Fit>| {
            let leave = |at: &Iteration| {
                if at.get() == 2 {
                    Flow::leave(Fit::TRAIN)
                } else {
                    Flow::Continue
                }
            };
            plan.on(Fit::on_train_batch_end, leave);
        };
        assert_cuts_leave_no_trace("a pass is left", &|saved| {
            session(&leaving, has_valid, saved)
        });
    }
}
