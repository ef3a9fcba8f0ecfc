//! P11: a period fires when its counter crosses a multiple, whatever the unit, the increments and the size of the numbers; and it
//! says what it is in words that can be read back.

use callbacks::{Amount, Period, Position, Unit};
use proptest::prelude::*;

const WHOLE: [Unit; 4] = [Unit::Epochs, Unit::Steps, Unit::MicroSteps, Unit::Samples];
const REAL: [Unit; 2] = [Unit::Time, Unit::Seconds];

fn whole(unit: Unit, n: u64) -> Period {
    match unit {
        Unit::Epochs => Period::epochs(n),
        Unit::Steps => Period::steps(n),
        Unit::MicroSteps => Period::micro_steps(n),
        _ => Period::samples(n),
    }
}

fn real(unit: Unit, span: f64) -> Period {
    match unit {
        Unit::Time => Period::time(span),
        _ => Period::seconds(span),
    }
}

/// An interval, and an oracle for it that walks from one number to the next.
#[derive(Debug, Clone)]
struct Rhythm {
    every: u64,
    offset: Option<u64>,
    until: Option<u64>,
    once: bool,
}

impl Rhythm {
    fn period(&self, plain: Period, scale: impl Fn(u64) -> Amount) -> Period {
        let period = if self.once { plain.once() } else { plain };
        let period = self
            .offset
            .into_iter()
            .fold(period, |period, by| period.offset(scale(by)));
        self.until
            .into_iter()
            .fold(period, |period, end| period.until(scale(end)))
    }

    /// Every mark up to `end`.
    fn marks(&self, end: u64) -> Vec<u64> {
        let mut behind = 0;
        let mut marks = Vec::new();
        for number in self.offset.unwrap_or(0) + 1..=end {
            behind += 1;
            if behind == self.every {
                behind = 0;
                marks.push(number);
            }
        }
        marks.truncate(if self.once { 1 } else { usize::MAX });
        marks.retain(|mark| self.until.is_none_or(|until| *mark <= until));
        marks
    }
}

fn rhythms() -> impl Strategy<Value = Rhythm> {
    let amounts = (
        1_u64..12,
        prop::option::of(0_u64..15),
        prop::option::of(30_u64..90),
    );
    (amounts, any::<bool>()).prop_map(|((every, offset, until), once)| Rhythm {
        every,
        offset,
        until,
        once,
    })
}

/// Where a loop is visited: by increments from none to some that are larger than most periods.
fn walks() -> impl Strategy<Value = Vec<u64>> {
    let increments = prop::collection::vec(prop_oneof![0_u64..4, 0_u64..40], 0..12);
    increments.prop_map(|increments| {
        let sums = increments.iter().scan(0, |sum, by| {
            *sum += by;
            Some(*sum)
        });
        sums.collect()
    })
}

/// Whether a handler that was visited at each place of `walk` is due at the next one.
fn due(period: &Period, unit: Unit, walk: &[Amount]) -> Vec<bool> {
    let place = |at: &Amount| Position::new().with(unit, *at);
    let steps = walk.iter().zip(&walk[1..]);
    steps
        .map(|(before, now)| period.due_between(&place(before), &place(now)).is_some())
        .collect()
}

fn expected(marks: &[u64], walk: &[u64]) -> Vec<bool> {
    let crossed = |pair: &[u64]| marks.iter().any(|mark| pair[0] < *mark && *mark <= pair[1]);
    walk.windows(2).map(crossed).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    #[test]
    fn a_whole_unit_is_due_when_a_mark_is_crossed(rhythm in rhythms(), walk in walks(), which in 0..WHOLE.len()) {
        let period = rhythm.period(whole(WHOLE[which], rhythm.every), Amount::Whole);
        let walk = [vec![0], walk].concat();
        let places: Vec<Amount> = walk.iter().copied().map(Amount::Whole).collect();
        let marks = rhythm.marks(*walk.last().unwrap());
        prop_assert_eq!(due(&period, WHOLE[which], &places), expected(&marks, &walk));
    }

    /// In quarters, which a real number holds exactly.
    #[test]
    fn a_real_unit_is_due_when_a_mark_is_crossed(rhythm in rhythms(), walk in walks(), which in 0..REAL.len()) {
        let quarters = |n: u64| Amount::Real(Amount::Whole(n).as_f64() * 0.25);
        let period = rhythm.period(real(REAL[which], quarters(rhythm.every).as_f64()), quarters);
        let walk = [vec![0], walk].concat();
        let places: Vec<Amount> = walk.iter().copied().map(quarters).collect();
        let marks = rhythm.marks(*walk.last().unwrap());
        prop_assert_eq!(due(&period, REAL[which], &places), expected(&marks, &walk));
    }

    /// A position that is a sum of steps which no binary number holds: each mark makes one call, at the step that meets it.
    #[test]
    fn a_sum_of_many_small_steps_meets_each_mark_once(per_mark in 1_usize..50, marks in 1_usize..60, step in 1e-6..10.0_f64) {
        let span = step * Amount::from(per_mark).as_f64();
        let sums = (0..per_mark * marks).scan(0.0, |sum, _| { *sum += step; Some(*sum) });
        let walk: Vec<Amount> = [0.0].into_iter().chain(sums).map(Amount::Real).collect();
        let seen = due(&Period::time(span), Unit::Time, &walk);
        let met = (1..=per_mark * marks).map(|number| number % per_mark == 0);
        prop_assert_eq!(seen, met.collect::<Vec<bool>>());
    }

    #[test]
    fn the_next_mark_is_the_first_that_is_crossed(rhythm in rhythms(), at in 0_u64..120) {
        let next = rhythm.marks(200).into_iter().find(|mark| *mark > at);
        let period = rhythm.period(Period::samples(rhythm.every), Amount::Whole);
        prop_assert_eq!(period.next_after(Unit::Samples, at), next.map(Amount::Whole));
        prop_assert_eq!(period.remaining(Unit::Samples, at), next.map(|next| Amount::Whole(next - at)));
        let halves = |n: u64| Amount::Real(Amount::Whole(n).as_f64() / 2.0);
        let period = rhythm.period(Period::time(halves(rhythm.every).as_f64()), halves);
        prop_assert_eq!(period.next_after(Unit::Time, halves(at)), next.map(halves));
        prop_assert_eq!(period.remaining(Unit::Time, halves(at)), next.map(|next| halves(next - at)));
    }

    /// Beyond 2^53, where real numbers have gaps, and up to the last number there is.
    #[test]
    fn whole_units_are_exact_however_many(every in 1..=u64::MAX, at in any::<u64>(), offset in prop_oneof![Just(0), any::<u64>()]) {
        let (n, o, p) = (u128::from(every), u128::from(offset), u128::from(at));
        let mark = if p < o { o + n } else { o + ((p - o) / n + 1) * n };
        let next = u64::try_from(mark).ok();
        let period = Period::steps(every).offset(offset);
        prop_assert_eq!(period.next_after(Unit::Steps, at), next.map(Amount::Whole));
        if let Some(next) = next {
            let place = |steps: u64| Position::new().with(Unit::Steps, steps);
            prop_assert!(period.due_between(&place(at), &place(next - 1)).is_none());
            prop_assert!(period.due_between(&place(at), &place(next)).is_some());
        }
    }

    #[test]
    fn a_combination_is_due_when_any_of_its_beats_is(one in rhythms(), other in rhythms(), steps in walks(), samples in walks()) {
        let period_one = one.period(Period::steps(one.every), Amount::Whole);
        let period_other = other.period(Period::samples(other.every), Amount::Whole);
        let both = period_one.clone().or(period_other.clone());
        let places: Vec<Position> = steps.iter().zip(&samples)
            .map(|(steps, samples)| Position::new().with(Unit::Steps, *steps).with(Unit::Samples, *samples))
            .collect();
        for pair in places.windows(2) {
            let units = |period: &Period| period.due_between(&pair[0], &pair[1]).map_or(vec![], |due| due.units().to_vec());
            prop_assert_eq!(units(&both), [units(&period_one), units(&period_other)].concat());
        }
    }

    #[test]
    fn no_number_of_a_real_unit_panics_or_is_due_where_it_is_none(span in any::<f64>(), offset in any::<f64>(), before in any::<f64>(), now in any::<f64>()) {
        let period = Period::time(span).offset(offset);
        let place = |time: f64| Position::new().with(Unit::Time, time);
        let due = period.due_between(&place(before), &place(now)).is_some();
        prop_assert!(!due || (now >= 0.0 && now.is_finite() && span > 0.0 && offset >= 0.0));
        if let Some(Amount::Real(next)) = period.next_after(Unit::Time, now) {
            prop_assert!(next > now);
        }
    }

    #[test]
    fn what_is_shown_can_be_read_back(
        intervals in prop::collection::vec((rhythms(), 0_usize..6), 0..4),
        (first, last) in (any::<bool>(), any::<bool>()),
    ) {
        let mut period = Period::never();
        for (rhythm, which) in intervals {
            let interval = match which {
                0..4 => rhythm.period(whole(WHOLE[which], rhythm.every), Amount::Whole),
                _ => rhythm.period(real(REAL[which - 4], Amount::Whole(rhythm.every).as_f64() / 10.0), Amount::Whole),
            };
            period = period.or(interval);
        }
        let period = if first { period.first() } else { period };
        let period = if last { period.last() } else { period };
        prop_assert_eq!(period.to_string().parse(), Ok(period));
    }
}

#[test]
fn marks_in_time_hold_out_for_a_long_run() {
    // The sum is off by more than a billionth of the period.
    let period = Period::time(3.0);
    let place = |time: f64| Position::new().with(Unit::Time, time);
    let mut before = place(0.0);
    let mut sum = 0.0;
    for step in 1..=100_000 {
        sum += 0.3;
        let now = place(sum);
        let due = period.due_between(&before, &now).is_some();
        assert_eq!(due, step % 10 == 0, "step {step} at {sum}");
        before = now;
    }
}

#[test]
fn the_words_of_the_attribute_are_read() {
    let read = |words: &str| words.parse::<Period>().map_err(|error| error.to_string());
    let words =
        "steps = 10, offset = 3, until = 100, first, last, once(epochs = 5), once(steps = 7)";
    let once = Period::epochs(5).once().or(Period::steps(7).once());
    assert_eq!(
        read(words),
        Ok(Period::steps(10)
            .offset(3)
            .until(100)
            .or(once)
            .first()
            .last())
    );
    assert_eq!(
        read("time=0.5,seconds=60"),
        Ok(Period::time(0.5).or(Period::seconds(60.0)))
    );
    assert_eq!(
        read("micro_steps = 4, samples = 10_000,"),
        Ok(Period::micro_steps(4).or(Period::samples(10_000)))
    );
    assert_eq!(read("first, last"), Ok(Period::never().first().last()));
}

#[test]
fn words_that_are_no_period_are_reported_with_what_to_write() {
    let all = "There are epochs, steps, micro_steps, samples, time, seconds, first, last, offset, until, once";
    let cases = [
        ("", "a period needs words; write how often, as in `steps = 10`".to_owned()),
        ("stesp = 10", format!("`stesp` is no word of a period: did you mean `steps`? {all}")),
        ("batches = 10", format!("`batches` is no word of a period. {all}")),
        ("10", "`10` has no unit; write `steps = 10`".to_owned()),
        ("steps", "`=` is missing before the end; write `steps = 10`".to_owned()),
        ("steps = , last", "a number is missing before `,`; write `steps = 10`".to_owned()),
        ("steps = 10 last", "`,` is missing before `last`; write `steps = 10, last`".to_owned()),
        ("steps = 10, steps = 20", "`steps` is there twice; write it once".to_owned()),
        ("steps = 0", "`steps = 0` is no period; write `steps = 1` for every one, or leave it out".to_owned()),
        ("steps = 0.5", "`steps = 0.5`, but steps are whole; write `steps = 1`".to_owned()),
        ("time = -1", "`time = -1` is no period; write a number greater than 0, as in `time = 0.5`, or leave it out".to_owned()),
        ("steps = -3", "`steps = -3`, but a run counts upwards from 0; write a number above 0, as in `steps = 10`".to_owned()),
        ("once steps = 5", "`(` is missing before `steps`; write `once(steps = 500)`".to_owned()),
        ("when = odd", "`when` asks a predicate, which is code; write `Period::when(…)` in the program".to_owned()),
    ];
    for (words, text) in cases {
        assert_eq!(
            words.parse::<Period>().unwrap_err().to_string(),
            text,
            "{words}"
        );
    }
    let several = "steps = 10, epochs = 1, offset = 3"
        .parse::<Period>()
        .unwrap_err()
        .to_string();
    assert!(
        several.contains(
            "`offset` of 3 applies to epochs and steps together; apply it to one of them"
        ),
        "{several}"
    );
    let alone = "once(steps = 5), offset = 3"
        .parse::<Period>()
        .unwrap_err()
        .to_string();
    assert!(
        alone.starts_with("`offset(…)` has no interval to apply to"),
        "{alone}"
    );
    let phrase = "every 10 stesp".parse::<Period>().unwrap_err().to_string();
    assert!(phrase.starts_with("`stesp` is not valid here"), "{phrase}");
}
