//! Asking a period only from the position on that it waits for misses nothing.

use super::{HandlerPeriod, Period, Position, Unit, at, rhythms, walks};

/// The visits of `walk` that are due, if a visit is asked only when the counter has reached what the period waits for.
fn waited(
    period: Period,
    walk: &[Position],
    bits: impl Fn(&Position) -> u64,
    totals: &Position,
) -> Vec<bool> {
    let mut period = HandlerPeriod::new(period);
    period.begin(&Position::new(), totals);
    let mut visit = |place: &Position| {
        let (_, soonest) = period.next_due().expect("one unit");
        bits(place) >= soonest && period.is_due(place, false).is_some()
    };
    walk.iter().map(&mut visit).collect()
}

fn predicate(period: Period, walk: &[Position], totals: &Position) -> Vec<bool> {
    let mut period = HandlerPeriod::new(period);
    period.begin(&Position::new(), totals);
    walk.iter()
        .map(|place| period.is_due(place, false).is_some())
        .collect()
}

#[test]
fn for_steps() {
    let steps = |place: &Position| place.whole(Unit::Steps).expect("steps");
    for rhythm in rhythms() {
        for walk in walks() {
            let walk: Vec<Position> = walk.into_iter().map(at).collect();
            let plain = rhythm.period();
            for period in [plain.clone(), plain.clone().first(), plain.last()] {
                let seen = waited(period.clone(), &walk, steps, &at(6));
                assert_eq!(
                    seen,
                    predicate(period.clone(), &walk, &at(6)),
                    "{period} {walk:?}"
                );
            }
        }
    }
}

#[test]
fn for_time() {
    let time = |place: &Position| place.get(Unit::Time).expect("time").to_bits();
    let place = |time: f64| Position::new().with(Unit::Time, time);
    let mut sum = 0.0;
    let mut walk = vec![place(-1.0), place(-0.0), place(f64::NAN), place(0.0)];
    walk.extend((0..100).map(|_| {
        sum += 0.1;
        place(sum)
    }));
    for period in [
        Period::time(0.3),
        Period::time(0.1).first(),
        Period::time(0.7).until(3.5).last(),
    ] {
        let seen = waited(period.clone(), &walk, time, &place(9.0));
        assert_eq!(
            seen,
            predicate(period.clone(), &walk, &place(9.0)),
            "{period}"
        );
    }
}

#[test]
fn one_that_has_no_mark_left_waits_for_ever() {
    let mut period = HandlerPeriod::new(Period::steps(5).once());
    period.begin(&at(0), &Position::new());
    assert_eq!(period.next_due(), Some((Unit::Steps, 5)));
    assert!(period.is_due(&at(6), false).is_some());
    assert_eq!(period.next_due(), Some((Unit::Steps, u64::MAX)));
}

#[test]
fn where_there_is_more_to_look_at_nothing_is_waited_for() {
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
