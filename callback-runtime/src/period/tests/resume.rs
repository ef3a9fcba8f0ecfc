//! A run that was cut anywhere and begun again is the run that was not.

use super::{HandlerPeriod, Period, PeriodState, Position, Rhythm, Unit, at, due, rhythms, walks};

/// Cuts `walk` after each visit, and goes on with the period that `resumed` makes of the handler's.
fn cut_anywhere(resumed: impl Fn(Rhythm, HandlerPeriod) -> HandlerPeriod) {
    for rhythm in rhythms() {
        for walk in walks() {
            for cut in 0..=walk.len() {
                let (before, behind) = walk.split_at(cut);
                let mut period = HandlerPeriod::new(rhythm.period());
                period.begin(&at(0), &Position::new());
                let mut seen = due(&mut period, before);
                let mut period = resumed(rhythm, period);
                period.begin(&at(before.last().copied().unwrap_or(0)), &Position::new());
                seen.extend(due(&mut period, behind));
                assert_eq!(
                    seen,
                    rhythm.expected(0, &walk),
                    "{rhythm:?} {walk:?} cut at {cut}"
                );
            }
        }
    }
}

#[test]
fn with_the_same_callback() {
    cut_anywhere(|_, period| period);
}

#[test]
fn with_a_new_callback_that_was_given_the_memory() {
    cut_anywhere(|rhythm, old| {
        let mut period = HandlerPeriod::new(rhythm.period());
        period.restore(&old.state());
        assert_eq!(period.state(), old.state());
        period
    });
}

#[test]
fn with_a_new_callback_that_was_given_the_memory_as_numbers() {
    cut_anywhere(|rhythm, old| {
        let state = PeriodState::from_words(&old.state().to_words()).expect("what was written");
        assert_eq!(state, old.state());
        let mut period = HandlerPeriod::new(rhythm.period());
        period.restore(&state);
        period
    });
}

#[test]
fn numbers_that_are_no_memory_are_refused() {
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
        let whole =
            (words.len() - end).is_multiple_of(interval) && words.len() - end <= 2 * interval;
        assert_eq!(
            PeriodState::from_words(&words[..end]).is_some(),
            whole,
            "cut at {end}"
        );
    }
    let other = [&[2], &words[1..]].concat();
    assert_eq!(PeriodState::from_words(&other), None, "another version");
}

#[test]
fn with_a_new_callback_that_remembers_nothing() {
    cut_anywhere(|rhythm, _| HandlerPeriod::new(rhythm.period()));
}

#[test]
fn a_mark_that_was_passed_between_the_last_visit_and_the_end_is_still_due() {
    for rhythm in rhythms() {
        for walk in walks() {
            for skipped in 1..walk.len() {
                let (before, behind) = walk.split_at(skipped);
                let mut period = HandlerPeriod::new(rhythm.period());
                period.begin(&at(0), &Position::new());
                let mut seen = due(&mut period, before);
                // The loop went on to the next place, and its end, before the handler was visited there.
                period.begin(&at(behind[0]), &Position::new());
                seen.extend(due(&mut period, behind));
                assert_eq!(
                    seen,
                    rhythm.expected(0, &walk),
                    "{rhythm:?} {walk:?} cut before {skipped}"
                );
            }
        }
    }
}

#[test]
fn a_loop_that_begins_anew_has_its_marks_and_its_first_visit_anew() {
    let mut period = HandlerPeriod::new(Period::steps(5).first());
    for _ in 0..3 {
        period.begin(&at(0), &Position::new());
        assert_eq!(due(&mut period, &[1, 4, 7, 23]), [true, false, true, true]);
    }
}

#[test]
fn a_run_that_goes_on_has_no_first_visit() {
    let mut period = HandlerPeriod::new(Period::steps(5).first());
    period.begin(&at(0), &Position::new());
    assert_eq!(due(&mut period, &[1, 2]), [true, false]);
    period.begin(&at(2), &Position::new());
    assert_eq!(due(&mut period, &[3]), [false]);
    let mut new = HandlerPeriod::new(Period::steps(5).first());
    new.begin(&at(3), &Position::new());
    assert_eq!(due(&mut new, &[4, 5]), [false, true]);
    // Nor has one that had no visit to remember its counters by.
    let mut uncounted = HandlerPeriod::new(Period::never().first());
    let nowhere = Position::new();
    uncounted.begin(&nowhere, &nowhere);
    assert!(uncounted.is_due(&nowhere, false).is_some());
    uncounted.begin(&nowhere, &nowhere);
    assert!(uncounted.is_due(&nowhere, false).is_none());
}

#[test]
fn intervals_that_are_new_in_a_period_begin_where_the_run_does() {
    let place = |steps: u64, epochs: u64| at(steps).with(Unit::Epochs, epochs);
    let mut old = HandlerPeriod::new(Period::steps(5));
    old.begin(&place(0, 0), &Position::new());
    assert!(old.is_due(&place(4, 1), false).is_none());
    let mut period = HandlerPeriod::new(Period::epochs(1).or(Period::steps(5)));
    period.restore(&old.state());
    period.begin(&place(6, 1), &Position::new());
    assert_eq!(
        period
            .is_due(&place(6, 1), false)
            .expect("the mark at 5")
            .units(),
        [Unit::Steps]
    );
    assert_eq!(
        period
            .is_due(&place(7, 2), false)
            .expect("the mark at 2")
            .units(),
        [Unit::Epochs]
    );
}
