//! `last`: the last visit, and the last call if no visit is known to be the last.

use super::{HandlerPeriod, Period, Position, Unit, at};

/// Makes the period of a handler in a run from 0 to `totals`.
fn begun(period: Period, totals: &Position) -> HandlerPeriod {
    let mut period = HandlerPeriod::new(period);
    period.begin(&at(0), totals);
    period
}

/// Visits the handler at `steps`. Returns the number of units of its `Due`, and whether the visit is the last.
fn visit(period: &mut HandlerPeriod, steps: u64, is_ending: bool) -> Option<(usize, bool)> {
    let due = period.is_due(&at(steps), is_ending)?;
    Some((due.units().len(), due.is_last()))
}

#[test]
fn the_last_visit_is_known_if_the_total_is() {
    let mut period = begun(Period::steps(4).last(), &at(6));
    assert_eq!(visit(&mut period, 4, false), Some((1, false)));
    assert_eq!(visit(&mut period, 5, false), None);
    assert_eq!(visit(&mut period, 6, false), Some((0, true)));
    assert_eq!(visit(&mut period, 6, false), None, "it has run here");
    assert!(!period.is_due_at_end(&at(6)));
}

#[test]
fn a_mark_that_is_the_end_makes_one_call() {
    let mut period = begun(Period::steps(3).last(), &at(6));
    assert_eq!(visit(&mut period, 6, true), Some((1, true)));
    assert!(!period.is_due_at_end(&at(6)));
}

#[test]
fn a_total_of_another_unit_does_not_make_a_visit_the_last() {
    let epochs = Position::new().with(Unit::Epochs, 1);
    let mut period = begun(Period::steps(4).last(), &epochs);
    let position = |steps: u64| at(steps).with(Unit::Epochs, 1);
    assert!((1..4).all(|steps| period.is_due(&position(steps), false).is_none()));
    assert!(period.is_due_at_end(&position(3)));
    // A period without intervals is due at the end of the run, whatever its unit.
    let mut period = begun(Period::never().last(), &epochs);
    assert!(
        period
            .is_due(&position(1), false)
            .expect("the end")
            .is_last()
    );
}

#[test]
fn a_visit_is_the_last_only_if_all_totals_are_reached() {
    let position = |steps: u64, epochs: u64| at(steps).with(Unit::Epochs, epochs);
    let mut period = begun(Period::epochs(5).last(), &position(6, 2));
    assert!(
        period.is_due(&position(4, 2), false).is_none(),
        "the last epoch has just begun"
    );
    assert!(
        period
            .is_due(&position(6, 2), false)
            .expect("the end")
            .is_last()
    );
}

#[test]
fn a_pending_stop_makes_each_visit_at_a_new_position_the_last() {
    let mut period = begun(Period::steps(10).last(), &Position::new());
    assert_eq!(visit(&mut period, 3, false), None);
    assert_eq!(visit(&mut period, 3, true), Some((0, true)));
    assert_eq!(visit(&mut period, 3, true), None);
    assert_eq!(visit(&mut period, 4, true), Some((0, true)));
    assert!(!period.is_due_at_end(&at(4)));
    assert!(period.is_due_at_end(&at(5)), "the loop went on");
}

#[test]
fn without_last_no_call_is_due_at_the_end_and_no_visit_is_the_last() {
    let mut period = begun(Period::steps(4), &at(4));
    assert_eq!(visit(&mut period, 4, true), Some((1, false)));
    assert_eq!(visit(&mut period, 5, true), None);
    assert!(!period.is_due_at_end(&at(6)));
}

#[test]
fn a_call_that_is_due_at_the_end_is_made_once() {
    let mut period = begun(Period::steps(10).last(), &Position::new());
    assert!(!period.is_due_at_end(&at(0)), "it was not visited");
    assert_eq!(visit(&mut period, 7, false), None);
    assert!(period.is_due_at_end(&at(7)));
    let due = period.run_at_end(&at(7));
    assert!(due.is_last() && due.units().is_empty());
    assert!(!period.is_due_at_end(&at(7)));
    // Nothing is due at the end of a run in which the handler was not visited.
    for start in [7, 9] {
        period.begin(&at(start), &at(start));
        assert!(!period.is_due_at_end(&at(start)));
    }
}

#[test]
fn seconds_do_not_make_another_position() {
    let position = |seconds: f64| at(3).with(Unit::Seconds, seconds);
    let mut period = begun(Period::seconds(10.0).last(), &Position::new());
    assert!(period.is_due(&position(10.5), false).is_some());
    assert!(!period.is_due_at_end(&position(10.6)));
    // In a loop that counts nothing, each visit is at another position.
    let uncounted = |seconds: f64| Position::new().with(Unit::Seconds, seconds);
    let mut period = HandlerPeriod::new(Period::seconds(10.0).last());
    period.begin(&uncounted(0.0), &Position::new());
    assert!(period.is_due(&uncounted(10.5), false).is_some());
    assert!(!period.is_due_at_end(&uncounted(10.6)));
    assert!(period.is_due(&uncounted(11.0), false).is_none());
    assert!(period.is_due_at_end(&uncounted(11.1)));
}

#[test]
fn an_end_in_time_is_reached_with_the_tolerance_of_marks() {
    let time = |time: f64| Position::new().with(Unit::Time, time);
    let mut period = HandlerPeriod::new(Period::time(5.0).last());
    period.begin(&time(0.0), &time(1.0));
    // Ten tenths are a little less than 1.
    let sum = (0..10).fold(0.0, |sum, _| sum + 0.1);
    assert!(sum < 1.0);
    assert!(period.is_due(&time(sum), false).expect("the end").is_last());
}
