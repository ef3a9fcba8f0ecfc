//! The promises of a period, for every walk of a few visits, against intervals whose marks are found by counting.

mod ends;
mod resume;
mod waiting;
mod walk;

use super::{HandlerPeriod, Period, PeriodState, Position, Unit};
use walk::{StepInterval, at, due, step_intervals, walks};

#[test]
fn a_handler_is_due_when_a_mark_is_crossed_and_once_for_several() {
    for interval in step_intervals() {
        for walk in walks() {
            let mut period = HandlerPeriod::new(interval.period());
            period.begin(&at(0), &Position::new());
            assert_eq!(
                due(&mut period, &walk),
                interval.expected(0, &walk),
                "{interval:?} {walk:?}"
            );
        }
    }
}

#[test]
fn a_run_that_begins_anywhere_has_the_marks_after_its_start() {
    for interval in step_intervals() {
        for start in 0..12 {
            for walk in walks() {
                let walk: Vec<u64> = walk.iter().map(|step| step + start).collect();
                let mut period = HandlerPeriod::new(interval.period());
                period.begin(&at(start), &Position::new());
                let expected = interval.expected(start, &walk);
                assert_eq!(
                    due(&mut period, &walk),
                    expected,
                    "{interval:?} from {start} {walk:?}"
                );
            }
        }
    }
}

#[test]
fn a_position_that_goes_back_makes_no_mark_due_twice() {
    let mut period = HandlerPeriod::new(Period::steps(5));
    period.begin(&at(0), &Position::new());
    assert_eq!(
        due(&mut period, &[4, 5, 3, 5, 9, 10]),
        [false, true, false, false, false, true]
    );
}

#[test]
fn nothing_is_due_at_a_position_that_is_not_valid() {
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -0.5] {
        for (unit, period) in [
            (Unit::Time, Period::time(0.5)),
            (Unit::Steps, Period::steps(1)),
        ] {
            let mut period = HandlerPeriod::new(period);
            let position = Position::new().with(unit, bad);
            period.begin(&position, &position);
            assert!(period.is_due(&position, false).is_none(), "{unit} {bad}");
            assert!(
                period
                    .is_due(&Position::new().with(unit, 0), false)
                    .is_none()
            );
            // The invalid position has not moved the interval on.
            let next = if unit.is_whole() {
                Position::new().with(unit, 1)
            } else {
                Position::new().with(unit, 0.5)
            };
            assert!(period.is_due(&next, false).is_some(), "{unit} after {bad}");
        }
    }
}

#[test]
fn a_predicate_is_called_at_each_visit_and_only_when_skips_a_mark() {
    let even = |now: &Position| now.whole(Unit::Steps).is_some_and(|step| step % 2 == 0);
    let mut period = HandlerPeriod::new(Period::when(even));
    period.begin(&at(0), &Position::new());
    assert_eq!(
        due(&mut period, &[1, 2, 2, 3, 4]),
        [false, true, true, false, true]
    );
    let mut period = HandlerPeriod::new(Period::steps(5).only_when(even).or(Period::steps(7)));
    period.begin(&at(0), &Position::new());
    assert_eq!(due(&mut period, &[5, 6, 7, 10]), [false, false, true, true]);
}

#[test]
fn a_handler_sees_which_units_fired() {
    let mut period = HandlerPeriod::new(Period::steps(4).or(Period::epochs(1)).first());
    let position = |epoch: u64, step: u64| at(step).with(Unit::Epochs, epoch);
    period.begin(&position(0, 0), &Position::new());
    let mut text = |epoch, step| {
        let due = period.is_due(&position(epoch, step), false)?;
        Some((due.units().to_vec(), due.is_first(), due.to_string()))
    };
    let name = "E1_U4".to_owned();
    assert_eq!(text(0, 1), Some((vec![], true, name.clone())));
    assert_eq!(text(0, 4), Some((vec![Unit::Steps], false, name.clone())));
    assert_eq!(text(1, 5), Some((vec![Unit::Epochs], false, name.clone())));
    assert_eq!(text(1, 6), None);
    assert_eq!(
        text(2, 9),
        Some((vec![Unit::Epochs, Unit::Steps], false, name))
    );
}

#[test]
fn an_invalid_setting_is_reported_with_what_to_write() {
    let problems = |period: Period| period.problems().join("; ");
    assert_eq!(
        problems(Period::steps(0)),
        "`steps = 0` is no period; write `steps = 1` for every one, or leave it out"
    );
    assert!(
        problems(Period::time(f64::NAN))
            .starts_with("`time = NaN` is no period; write a number greater than 0")
    );
    assert!(problems(Period::seconds(-1.0)).starts_with("`seconds = -1` is no period"));
    assert!(problems(Period::time(f64::INFINITY)).starts_with("`time = inf` is no period"));
    assert!(problems(Period::steps(5).offset(-3)).starts_with("`offset = -3` is no position"));
    assert!(problems(Period::steps(5).offset(2.5)).ends_with("write `offset = 3`"));
    assert_eq!(
        problems(Period::steps(10).until(5)),
        "`until = 5` is before the first mark, step 10; write `until = 10` or more, or leave the period out"
    );
    assert!(
        problems(Period::steps(u64::MAX).offset(1)).ends_with("write a smaller period or offset")
    );
    assert!(
        problems(Period::time(1.0).offset(1e300)).ends_with("write a smaller period or offset")
    );
    assert!(
        problems(Period::steps(5).or(Period::epochs(1)).offset(2))
            .contains("apply it to one of them")
    );
    assert!(problems(Period::never().once()).starts_with("`once()` has no interval to apply to"));
    assert!(
        problems(
            Period::steps(5)
                .offset(2)
                .or(Period::epochs(1))
                .first()
                .last()
        )
        .is_empty()
    );
}

#[test]
fn a_handler_that_cannot_run_in_this_run_is_reported() {
    let epochs = |epochs: u64| Position::new().with(Unit::Epochs, epochs);
    let can = |period: Period, start, end| period.can_fire(&epochs(start), &epochs(end));
    assert_eq!(
        can(Period::epochs(50), 0, 10),
        Err("it runs first at epoch 50, and this run ends at epoch 10; write `epochs` of at most what the run has, or add `last`"
            .to_owned())
    );
    assert_eq!(can(Period::epochs(10), 0, 10), Ok(()));
    assert_eq!(can(Period::epochs(50).last(), 0, 10), Ok(()));
    assert_eq!(
        can(Period::epochs(50).or(Period::steps(5)), 0, 10),
        Ok(()),
        "steps are not known"
    );
    assert_eq!(
        can(Period::epochs(5).once(), 5, 10),
        Ok(()),
        "it may have been due in an earlier run"
    );
    assert!(can(Period::never(), 0, 10).is_err());
}
