//! A loop of a program's own that is cut wherever it can be saved, and continued in another process, is the one that was never cut (P10), and
//! what becomes of a save that cannot be made or taken.

mod support {
    pub(crate) mod saves;
}

use callbacks::persist::SavedRun;
use callbacks::prelude::*;
use callbacks::shelf::EarlyStopping;
use callbacks::{BoxError, Break, breakpoints};
use support::saves::{Done, SaveAll, Saves, assert_cuts_leave_no_trace, done};

breakpoints! {
    /// A loop that knows nothing of resume points.
    pub loop Relax with Step as steps {
        scope RUN {
            on_run_begin;
            scope STEP counts Step {
                before_step;
                on_force;
                after_step completes Step;
            }
            on_run_end;
        }
        stop => on_stop;
        interrupt => on_interrupt;
        error => on_error;
    }
}

fn relax(run: &mut Run<'_, Relax>, steps: u64) -> Result<(), Break> {
    run.scope(Relax::RUN, |run| {
        for _ in run.rounds(steps) {
            run.scope(Relax::STEP, |run| {
                run.fire(Relax::on_force)?;
                let mut state = run.state();
                let Some(positions) = state.get_mut::<Vec<f64>>() else {
                    return Ok(());
                };
                positions[0] *= 0.5;
                let size = positions[0];
                if let Some(record) = state.get_mut::<Record>() {
                    record.set("size", size);
                }
                Ok(())
            })?;
        }
        Ok(())
    })?;
    Ok(())
}

fn relaxed(with: &dyn Fn(&mut Plan<Relax>), from: Option<SavedRun>) -> (Done, callbacks::Outcome) {
    let saves = Saves::default();
    let mut plan = Plan::<Relax>::new();
    plan.persist::<Vec<f64>>("positions");
    with(&mut plan);
    plan.add(saves.callback()).weight(callbacks::weight::LAST);
    if let Some(saved) = from {
        plan.restore(saved);
    }
    let mut state = State::new();
    state.insert(vec![8.0]);
    let outcome = plan.run(&mut state, |run| relax(run, 6)).unwrap();
    let rest = format!("{:?} {:?}", state.get::<Vec<f64>>(), state.get::<Step>());
    (done(&saves, &outcome, &rest), outcome)
}

#[test]
fn a_loop_of_its_own() {
    let run = |with: &dyn Fn(&mut Plan<Relax>), saved| relaxed(with, saved).0;
    assert_cuts_leave_no_trace("a loop", &|saved| run(&|_| {}, saved));
    assert_cuts_leave_no_trace("with callbacks", &|saved| {
        let with = |plan: &mut Plan<Relax>| {
            plan.add(EarlyStopping::minimize("size").patience(1).min_delta(1.5));
            plan.on(Relax::after_step, |record: &mut Record| {
                record.set("seen", 1.0);
            })
            .every(Period::steps(2));
        };
        run(&with, saved)
    });
    assert_cuts_leave_no_trace("a stop", &|saved| {
        let with = |plan: &mut Plan<Relax>| {
            plan.on(Relax::after_step, |step: &Step| {
                if step.get() == 4 {
                    Flow::stop("four")
                } else {
                    Flow::Continue
                }
            });
        };
        run(&with, saved)
    });
}

#[test]
fn a_round_that_is_cut_short_is_no_resume_point() {
    let with = |plan: &mut Plan<Relax>| {
        plan.on(Relax::on_force, |step: &Step| {
            if step.get() == 3 {
                Flow::interrupt("now")
            } else {
                Flow::Continue
            }
        });
    };
    let (interrupted, outcome) = relaxed(&with, None);
    assert_eq!(interrupted.runs.len(), 2, "{:?}", interrupted.lines);
    let remarks = outcome.to_string();
    assert!(
        remarks.contains("the run was not saved where it was interrupted"),
        "{remarks}"
    );
}

#[test]
fn a_callback_that_cannot_take_a_saved_run_fails_as_its_policy_says() {
    /// Takes no saved run.
    struct Full;

    impl Full {
        fn receive(&mut self, _: &SavedRun) -> Result<(), BoxError> {
            Err("the disk is full".into())
        }
    }

    impl Callback<Relax> for Full {
        fn info(&self) -> callbacks::CallbackInfo {
            callbacks::CallbackInfo::of::<Self>().receives_saved_runs(Self::receive)
        }

        fn handlers(&self, h: &mut Handlers<Relax, Self>) {
            h.on(Relax::after_step, |_: &mut Self| Flow::Save);
        }
    }

    let fails = |plan: &mut Plan<Relax>| {
        plan.add(Full);
    };
    let (_, outcome) = relaxed(&fails, None);
    let failed = outcome.failed().unwrap().to_string();
    assert!(
        failed.contains("Full") && failed.contains("the disk is full"),
        "{failed}"
    );
    let warns = |plan: &mut Plan<Relax>| {
        plan.add(Full).on_failure(callbacks::OnFailure::Warn);
    };
    let (done, outcome) = relaxed(&warns, None);
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(done.runs.len(), 6);
    let swallowed = format!("{:?}", outcome.swallowed());
    assert!(swallowed.contains("the disk is full"), "{swallowed}");
}

#[test]
fn a_run_that_fails_is_saved_for_inspection_and_not_continued() {
    /// Keeps what it gets of a failure.
    struct Keep(std::sync::Arc<std::sync::Mutex<Option<SavedRun>>>);

    impl Keep {
        #[expect(clippy::unnecessary_wraps, reason = "other callbacks can fail")]
        fn receive(&mut self, saved: &SavedRun) -> Result<(), BoxError> {
            *self.0.lock().unwrap() = Some(saved.clone());
            Ok(())
        }
    }

    impl Callback<Relax> for Keep {
        fn info(&self) -> callbacks::CallbackInfo {
            let info = callbacks::CallbackInfo::of::<Self>().receives_saved_runs(Self::receive);
            info.receives_failed_runs()
        }

        fn handlers(&self, h: &mut Handlers<Relax, Self>) {
            h.on(Relax::on_run_begin, |_: &mut Self| {});
        }
    }

    let kept = std::sync::Arc::default();
    let with = |plan: &mut Plan<Relax>| {
        plan.add(Keep(std::sync::Arc::clone(&kept)));
        plan.on(Relax::on_force, |step: &Step| {
            if step.get() == 3 {
                Err("it diverges")
            } else {
                Ok(())
            }
        });
    };
    let (_, outcome) = relaxed(&with, None);
    assert!(outcome.failed().is_some());
    let saved = kept.lock().unwrap().take().unwrap();
    let ending = saved.ending().unwrap().to_string();
    assert!(ending.contains("it diverges"), "{ending}");
    assert!(saved.state("positions").is_some());

    let (_, outcome) = relaxed(&|_| {}, Some(saved.clone()));
    let failed = outcome.to_string();
    assert!(
        failed.starts_with("failed in the restore: the saved run cannot be restored: "),
        "{failed}"
    );
    let advice = "continue from one that was saved before, or take the parameters of this one alone, with `.weights_only()` of \
                  `Resume` or `.parameters_only()` of `SavedRun`";
    assert!(
        failed.contains("it diverges") && failed.contains(advice),
        "{failed}"
    );
    // This loop names nothing `parameters`.
    let (_, outcome) = relaxed(&|_| {}, Some(saved.parameters_only()));
    let failed = outcome.failed().unwrap().to_string();
    assert!(
        failed.contains("nothing was saved below `parameters`"),
        "{failed}"
    );
    let _: fn(&Saves) -> SaveAll = Saves::callback;
}

/// Runs the loop as a session of so many steps. The loop opens no `RUN`: the session does.
fn session(total: u64, from: Option<SavedRun>) -> (Done, callbacks::Outcome) {
    let saves = Saves::default();
    let mut plan = Plan::<Relax>::new();
    plan.add(saves.callback()).weight(callbacks::weight::LAST);
    if let Some(saved) = from {
        plan.restore(saved);
    }
    let session = plan.session().start().unwrap();
    for step in session.each(Relax::STEP, session.rounds(total)) {
        session.log("size", f64::from(u32::try_from(step).unwrap()));
    }
    let (_, state, outcome) = session.into_parts();
    let rest = format!("{:?}", state.get::<Step>());
    (done(&saves, &outcome, &rest), outcome)
}

const ALL_MADE: &str = "the saved run had made all rounds: nothing was left to do";

#[test]
fn a_session_that_is_done_ends_its_run_again() {
    assert_cuts_leave_no_trace("a session", &|saved| session(6, saved).0);
    let (whole, _) = session(6, None);
    for (nth, (_, saved)) in whole.runs.iter().enumerate() {
        let saved: SavedRun = serde_json::from_str(saved).unwrap();
        for total in [1, 6, 9] {
            let (_, outcome) = session(total, Some(saved.clone()));
            assert!(outcome.is_finished(), "{nth} of {total}: {outcome}");
            let is_done = nth as u64 + 1 >= total;
            let text = outcome.to_string();
            assert_eq!(text.contains(ALL_MADE), is_done, "{nth} of {total}: {text}");
        }
    }
}

#[test]
fn a_session_that_was_stopped_at_its_last_round_stops_again() {
    let run = |from: Option<SavedRun>| {
        let saves = Saves::default();
        let mut plan = Plan::<Relax>::new();
        plan.on(Relax::after_step, |step: &Step| {
            if step.get() == 4 {
                Flow::stop("four")
            } else {
                Flow::Continue
            }
        });
        plan.add(saves.callback()).weight(callbacks::weight::LAST);
        if let Some(saved) = from {
            plan.restore(saved);
        }
        let session = plan.session().start().unwrap();
        for _ in session.each(Relax::STEP, session.rounds(4)) {}
        let outcome = session.finish();
        done(&saves, &outcome, &outcome.stopped().unwrap().to_string())
    };
    assert_cuts_leave_no_trace("a stop at the end", &run);
}

#[test]
fn a_loop_that_is_done_says_so_once() {
    let (whole, outcome) = relaxed(&|_| {}, None);
    assert!(!outcome.to_string().contains(ALL_MADE), "{outcome}");
    for (nth, (_, saved)) in whole.runs.iter().enumerate() {
        let saved = serde_json::from_str(saved).unwrap();
        let (_, outcome) = relaxed(&|_| {}, Some(saved));
        let says = outcome.to_string().matches(ALL_MADE).count();
        assert_eq!(says, usize::from(nth == 5), "{nth}: {outcome}");
    }
    // A loop in two halves, of which the second begins where the first has made all rounds.
    let saved = serde_json::from_str(&whole.runs[2].1).unwrap();
    let mut plan = Plan::<Relax>::new();
    plan.persist::<Vec<f64>>("positions");
    plan.restore(saved);
    let mut state = State::new();
    state.insert(vec![8.0]);
    let outcome = plan.run(&mut state, |run| {
        run.scope(Relax::RUN, |run| {
            for _ in run.rounds(6).chain(run.rounds(0)) {
                run.scope(Relax::STEP, |_| Ok(()))?;
            }
            assert!(run.rounds(6).is_empty());
            Ok(())
        })
        .map(drop)
    });
    let outcome = outcome.unwrap();
    assert!(outcome.is_finished(), "{outcome}");
    assert!(!outcome.to_string().contains(ALL_MADE), "{outcome}");
}
