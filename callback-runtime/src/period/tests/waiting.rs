//! A period that is asked only from the position on that it waits for misses no visit.

use super::{HandlerPeriod, Period, Position, Unit, at, step_intervals, walks};

/// Returns whether each visit of `walk` is due, if the period is asked only when the counter has reached the next position at which it may
/// be due. `bits` returns the bits of the counter.
fn due_with_gate(
    period: Period,
    walk: &[Position],
    bits: impl Fn(&Position) -> u64,
    totals: &Position,
) -> Vec<bool> {
    let mut period = HandlerPeriod::new(period);
    period.begin(&Position::new(), totals);
    let mut visit = |position: &Position| {
        let (_, next) = period.next_due().expect("one unit");
        bits(position) >= next && period.is_due(position, false).is_some()
    };
    walk.iter().map(&mut visit).collect()
}

/// Returns whether each visit of `walk` is due, if the period is asked at each.
fn due_without_gate(period: Period, walk: &[Position], totals: &Position) -> Vec<bool> {
    let mut period = HandlerPeriod::new(period);
    period.begin(&Position::new(), totals);
    walk.iter()
        .map(|position| period.is_due(position, false).is_some())
        .collect()
}

#[test]
fn waiting_for_steps_misses_no_visit() {
    let steps = |position: &Position| position.whole(Unit::Steps).expect("steps");
    for interval in step_intervals() {
        for walk in walks() {
            let walk: Vec<Position> = walk.into_iter().map(at).collect();
            let plain = interval.period();
            for period in [plain.clone(), plain.clone().first(), plain.last()] {
                let seen = due_with_gate(period.clone(), &walk, steps, &at(6));
                assert_eq!(
                    seen,
                    due_without_gate(period.clone(), &walk, &at(6)),
                    "{period} {walk:?}"
                );
            }
        }
    }
}

#[test]
fn waiting_for_time_misses_no_visit() {
    let time = |position: &Position| position.get(Unit::Time).expect("time").to_bits();
    let position = |time: f64| Position::new().with(Unit::Time, time);
    let mut sum = 0.0;
    let mut walk = vec![
        position(-1.0),
        position(-0.0),
        position(f64::NAN),
        position(0.0),
    ];
    walk.extend((0..100).map(|_| {
        sum += 0.1;
        position(sum)
    }));
    for period in [
        Period::time(0.3),
        Period::time(0.1).first(),
        Period::time(0.7).until(3.5).last(),
    ] {
        let seen = due_with_gate(period.clone(), &walk, time, &position(9.0));
        assert_eq!(
            seen,
            due_without_gate(period.clone(), &walk, &position(9.0)),
            "{period}"
        );
    }
}

#[test]
fn a_period_without_a_mark_left_waits_forever() {
    let mut period = HandlerPeriod::new(Period::steps(5).once());
    period.begin(&at(0), &Position::new());
    assert_eq!(period.next_due(), Some((Unit::Steps, 5)));
    assert!(period.is_due(&at(6), false).is_some());
    assert_eq!(period.next_due(), Some((Unit::Steps, u64::MAX)));
}

#[test]
fn a_period_waits_only_if_one_counter_decides() {
    let waits = |period: Period| HandlerPeriod::new(period).next_due();
    assert_eq!(
        waits(Period::steps(6).or(Period::steps(4))),
        Some((Unit::Steps, 4))
    );
    assert_eq!(waits(Period::steps(6).or(Period::epochs(4))), None);
    assert_eq!(waits(Period::seconds(6.0)), None);
    assert_eq!(waits(Period::when(|_| true)), None);
    assert_eq!(waits(Period::steps(6).or(Period::when(|_| true))), None);
    assert_eq!(waits(Period::steps(6).only_when(|_| true)), None);
    assert_eq!(waits(Period::never().last()), None);
}
