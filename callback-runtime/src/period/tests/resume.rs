//! A run that is cut anywhere and resumed makes the same visits due as a run that is not cut.

use super::{
    HandlerPeriod, Period, PeriodState, Position, StepInterval, Unit, at, due, step_intervals,
    walks,
};

/// Cuts each walk after each visit, and continues with the period that `resume` makes of the handler's.
fn cut_anywhere(resume: impl Fn(StepInterval, HandlerPeriod) -> HandlerPeriod) {
    for interval in step_intervals() {
        for walk in walks() {
            for cut in 0..=walk.len() {
                let (before, after) = walk.split_at(cut);
                let mut period = HandlerPeriod::new(interval.period());
                period.begin(&at(0), &Position::new());
                let mut seen = due(&mut period, before);
                let mut period = resume(interval, period);
                period.begin(&at(before.last().copied().unwrap_or(0)), &Position::new());
                seen.extend(due(&mut period, after));
                assert_eq!(
                    seen,
                    interval.expected(0, &walk),
                    "{interval:?} {walk:?} cut at {cut}"
                );
            }
        }
    }
}

#[test]
fn a_run_resumes_with_the_same_callback() {
    cut_anywhere(|_, period| period);
}

#[test]
fn a_run_resumes_with_a_new_callback_and_the_saved_state() {
    cut_anywhere(|interval, old| {
        let mut period = HandlerPeriod::new(interval.period());
        period.restore(&old.state());
        assert_eq!(period.state(), old.state());
        period
    });
}

#[test]
fn a_run_resumes_with_a_new_callback_and_the_state_as_numbers() {
    cut_anywhere(|interval, old| {
        let state = PeriodState::from_words(&old.state().to_words()).expect("what was written");
        assert_eq!(state, old.state());
        let mut period = HandlerPeriod::new(interval.period());
        period.restore(&state);
        period
    });
}

#[test]
fn numbers_that_are_no_state_are_refused() {
    let mut period = HandlerPeriod::new(
        Period::time(0.5)
            .offset(0.25)
            .until(3.0)
            .or(Period::steps(4).once()),
    );
    period.begin(&at(3).with(Unit::Time, 0.1), &Position::new());
    assert!(period.is_due(&at(4).with(Unit::Time, 0.8), false).is_some());
    let words = period.state().to_words();
    assert_eq!(PeriodState::from_words(&words), Some(period.state()));
    let interval = (words.len() - PeriodState::new(&Period::never()).to_words().len()) / 2;
    for end in 0..words.len() {
        // Words cut between two intervals are the state of fewer intervals.
        let is_whole =
            (words.len() - end).is_multiple_of(interval) && words.len() - end <= 2 * interval;
        assert_eq!(
            PeriodState::from_words(&words[..end]).is_some(),
            is_whole,
            "cut at {end}"
        );
    }
    let other = [&[2], &words[1..]].concat();
    assert_eq!(PeriodState::from_words(&other), None, "another version");
}

#[test]
fn a_run_resumes_with_a_new_callback_without_state() {
    cut_anywhere(|interval, _| HandlerPeriod::new(interval.period()));
}

#[test]
fn a_mark_between_the_last_visit_and_the_end_is_due_in_the_next_run() {
    for interval in step_intervals() {
        for walk in walks() {
            for skipped in 1..walk.len() {
                let (before, after) = walk.split_at(skipped);
                let mut period = HandlerPeriod::new(interval.period());
                period.begin(&at(0), &Position::new());
                let mut seen = due(&mut period, before);
                // The loop moved on to the next step before the run ended, and the handler was not visited there.
                period.begin(&at(after[0]), &Position::new());
                seen.extend(due(&mut period, after));
                assert_eq!(
                    seen,
                    interval.expected(0, &walk),
                    "{interval:?} {walk:?} cut before {skipped}"
                );
            }
        }
    }
}

#[test]
fn a_loop_that_begins_again_has_all_marks_and_a_first_visit_again() {
    let mut period = HandlerPeriod::new(Period::steps(5).first());
    for _ in 0..3 {
        period.begin(&at(0), &Position::new());
        assert_eq!(due(&mut period, &[1, 4, 7, 23]), [true, false, true, true]);
    }
}

#[test]
fn a_run_that_continues_has_no_first_visit() {
    let mut period = HandlerPeriod::new(Period::steps(5).first());
    period.begin(&at(0), &Position::new());
    assert_eq!(due(&mut period, &[1, 2]), [true, false]);
    period.begin(&at(2), &Position::new());
    assert_eq!(due(&mut period, &[3]), [false]);
    let mut new = HandlerPeriod::new(Period::steps(5).first());
    new.begin(&at(3), &Position::new());
    assert_eq!(due(&mut new, &[4, 5]), [false, true]);
    // A loop that counts nothing has a first visit only in its first run.
    let mut uncounted = HandlerPeriod::new(Period::never().first());
    let empty = Position::new();
    uncounted.begin(&empty, &empty);
    assert!(uncounted.is_due(&empty, false).is_some());
    uncounted.begin(&empty, &empty);
    assert!(uncounted.is_due(&empty, false).is_none());
}

#[test]
fn a_new_interval_of_a_restored_period_begins_at_the_start_of_the_run() {
    let position = |steps: u64, epochs: u64| at(steps).with(Unit::Epochs, epochs);
    let mut old = HandlerPeriod::new(Period::steps(5));
    old.begin(&position(0, 0), &Position::new());
    assert!(old.is_due(&position(4, 1), false).is_none());
    let mut period = HandlerPeriod::new(Period::epochs(1).or(Period::steps(5)));
    period.restore(&old.state());
    period.begin(&position(6, 1), &Position::new());
    assert_eq!(
        period
            .is_due(&position(6, 1), false)
            .expect("the mark at 5")
            .units(),
        [Unit::Steps]
    );
    assert_eq!(
        period
            .is_due(&position(7, 2), false)
            .expect("the mark at 2")
            .units(),
        [Unit::Epochs]
    );
}
