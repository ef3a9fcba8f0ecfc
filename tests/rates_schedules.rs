//! Schedules by themselves: their bounds, their totals and their settings.
#![allow(
    clippy::float_cmp,
    reason = "the values are exact: they are written down, or made of powers of two"
)]

use callbacks::fit::{Fit, LearningRate};
use callbacks::schedule::{
    Anneal, Chain, Constant, Cosine, CosineRestarts, Exponential, Linear, MultiStep, OneCycle,
    Polynomial, Schedule, SchedulePosition, StepDecay, Warmup,
};
use callbacks::shelf::RateSchedule;
use callbacks::{Plan, State};

fn boxed(schedule: impl Schedule) -> Box<dyn Schedule> {
    Box::new(schedule)
}

/// Schedules that span the whole run.
fn spanning() -> Vec<Box<dyn Schedule>> {
    vec![
        boxed(Linear::new(1.0, 0.1)),
        boxed(Polynomial::new(2.0)),
        boxed(Cosine::new().min(0.01)),
        boxed(OneCycle::new(0.5)),
        boxed(OneCycle::new(0.5).three_phase().anneal(Anneal::Linear)),
        boxed(OneCycle::new(0.5).momentum(0.85, 0.95)),
        boxed(Warmup::linear(3).before(Cosine::new())),
        boxed(Cosine::new().times(Exponential::new(0.9))),
        boxed(Exponential::new(0.9).times(Cosine::new())),
        boxed(Cosine::new().scaled(2.0)),
        boxed(Cosine::new().at_least(0.02)),
        boxed(Constant::new(0.5).then(4, Linear::new(1.0, 0.0))),
    ]
}

/// Schedules that need no total.
fn endless() -> Vec<Box<dyn Schedule>> {
    vec![
        boxed(Constant::new(0.5)),
        boxed(Exponential::new(0.9)),
        boxed(StepDecay::new(3, 0.5)),
        boxed(MultiStep::new([2, 4], 0.5)),
        boxed(CosineRestarts::new(3).growth(2)),
        boxed(Warmup::linear(0)),
        boxed(Warmup::exponential(5)),
        boxed(Cosine::new().over(5)),
        boxed(OneCycle::new(0.5).over(1)),
        boxed(OneCycle::new(0.5).over(9).pct_start(0.0)),
        boxed(OneCycle::new(0.5).over(9).pct_start(1.0)),
        boxed(OneCycle::new(0.5).over(9).pct_start(0.5).three_phase()),
        boxed(Linear::new(0.0, 1.0).then(5, Constant::new(0.5))),
        boxed(Warmup::linear(0).before(Exponential::new(0.9))),
        boxed(|step: u64| if step > 3 { 0.1 } else { 1.0 }),
    ]
}

#[test]
fn a_schedule_needs_the_total_or_has_a_value_everywhere() {
    for schedule in spanning() {
        assert!(schedule.needs_total());
        assert!(schedule.value(0.1, SchedulePosition::new(5)).is_nan());
    }
    for schedule in endless() {
        assert!(!schedule.needs_total());
    }
    let total_of_all = [0, 1, 2, 9, 10, u64::MAX];
    for schedule in spanning().into_iter().chain(endless()) {
        for total in total_of_all {
            for at in [0, 1, 4, 5, 9, 10, 11, 1_000_000, u64::MAX] {
                let value = schedule.value(0.1, SchedulePosition::new(at).of(total));
                assert!(value.is_finite(), "{value} at {at} of {total}");
            }
        }
    }
}

#[test]
fn a_schedule_keeps_its_last_value_behind_its_end() {
    for schedule in spanning() {
        let end = schedule.value(0.1, SchedulePosition::new(10).of(10));
        let is_decaying = schedule.value(0.1, SchedulePosition::new(11).of(10)) < end;
        let late = schedule.value(0.1, SchedulePosition::new(40).of(10));
        assert!(late == end || is_decaying, "{late}, {end}");
    }
    let cosine = Cosine::new().min(0.25).over(4);
    assert_eq!(cosine.value(1.0, SchedulePosition::new(6)), 0.25);
    let cycle = OneCycle::new(0.5).over(10).div_factor(5.0);
    let last = cycle
        .final_div_factor(10.0)
        .value(0.0, SchedulePosition::new(99));
    assert!((last - 0.01).abs() < 1e-17, "{last}");
}

#[test]
fn each_part_of_a_chain_begins_at_its_own_position_0_and_ends_at_the_next_milestone() {
    let line = || Linear::new(1.0, 0.0);
    let chain = line().then(4, line()).then(6, line());
    let values: Vec<f64> = (0..11)
        .map(|at| chain.value(1.0, SchedulePosition::new(at).of(10)))
        .collect();
    let expected = [1.0, 0.75, 0.5, 0.25, 1.0, 0.5, 1.0, 0.75, 0.5, 0.25, 0.0];
    assert_eq!(values, expected);
}

#[test]
fn a_product_passes_a_value_on_to_factors() {
    let cycle = || OneCycle::new(0.5).over(10).div_factor(2.0);
    let product = cycle().times(Constant::new(0.5)).times(|_: u64| 0.5);
    assert_eq!(product.value(123.0, SchedulePosition::new(2)), 0.125);
    assert_eq!(product.value(123.0, SchedulePosition::new(0)), 0.0625);
}

/// What is wrong with a schedule, as the plan says it.
fn problems(schedule: impl Schedule) -> Vec<String> {
    let mut plan = Plan::<Fit>::new();
    plan.add(RateSchedule::per_step(schedule));
    let mut state = State::new();
    state.insert(LearningRate::new(0.1));
    let problems = plan
        .check(&state)
        .map_err(|error| error.problems().to_vec());
    let texts = problems
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|problem| problem.to_string());
    let text = |text: String| text.split_once(" has ").unwrap().1.replace("\n    ", " ");
    texts.map(text).collect()
}

#[test]
fn invalid_settings_are_reported_with_a_remedy() {
    let not_negative = |name: &str, value: f64| {
        format!("a `{name}` of {value}; give one that is finite and not negative")
    };
    for gamma in [-0.1, f64::NAN, f64::INFINITY] {
        let expected = [not_negative("gamma", gamma)];
        assert_eq!(problems(Exponential::new(gamma)), expected);
        assert_eq!(problems(StepDecay::new(1, gamma)), expected);
        assert_eq!(problems(MultiStep::new([1], gamma)), expected);
        assert_eq!(
            problems(Constant::new(gamma)),
            [not_negative("factor", gamma)]
        );
        assert_eq!(
            problems(Polynomial::new(gamma)),
            [not_negative("power", gamma)]
        );
        assert_eq!(
            problems(Linear::new(gamma, 1.0)),
            [not_negative("from", gamma)]
        );
        assert_eq!(
            problems(Linear::new(1.0, gamma)),
            [not_negative("to", gamma)]
        );
        assert_eq!(problems(OneCycle::new(gamma)), [not_negative("max", gamma)]);
        let warmup = Warmup::linear(3).from(gamma);
        assert_eq!(problems(warmup), [not_negative("from", gamma)]);
    }
    for divisor in [0.0, -1.0, f64::NAN] {
        let remedy = format!("of {divisor}; give a finite one above 0");
        let first = problems(OneCycle::new(1.0).div_factor(divisor));
        assert_eq!(first, [format!("a `div_factor` {remedy}")]);
        let last = problems(OneCycle::new(1.0).final_div_factor(divisor));
        assert_eq!(last, [format!("a `final_div_factor` {remedy}")]);
        let warmup = problems(Warmup::exponential(3).from(divisor));
        assert_eq!(warmup, [format!("a `from` {remedy}")]);
    }
}

#[test]
fn lengths_are_at_least_1_and_milestones_increase() {
    let short = |name: &str| [format!("a `{name}` of 0; give 1 or more")];
    assert_eq!(problems(StepDecay::new(0, 0.5)), short("step_size"));
    assert_eq!(problems(Warmup::linear(0)), short("length"));
    assert_eq!(
        problems(Warmup::linear(0).before(Cosine::new())),
        short("length")
    );
    assert_eq!(
        problems(Constant::new(0.5).until(0)),
        ["an `until` of 0; give 1 or more"]
    );
    assert_eq!(problems(CosineRestarts::new(0)), short("first"));
    assert_eq!(problems(CosineRestarts::new(1).growth(0)), short("growth"));
    let over = ["an `over` of 0; give 1 or more"];
    assert_eq!(problems(Cosine::new().over(0)), over);
    assert_eq!(problems(Linear::new(1.0, 0.0).over(0)), over);
    assert_eq!(problems(Polynomial::new(1.0).over(0)), over);
    assert_eq!(problems(OneCycle::new(1.0).over(0)), over);
    for milestones in [vec![2, 1], vec![3, 3]] {
        let expected = format!("a `milestones` of {milestones:?}; give positions that increase");
        assert_eq!(problems(MultiStep::new(milestones, 0.5)), [expected]);
    }
    let chain = |milestones: [u64; 2]| {
        let chain = Chain::new(Constant::new(1.0)).then(milestones[0], Constant::new(0.5));
        problems(chain.then(milestones[1], Constant::new(0.25)))
    };
    for wrong in [[0, 1], [5, 5], [5, 4]] {
        let expected = format!("a `then` of {wrong:?}; give positions above 0 that increase");
        assert_eq!(chain(wrong), [expected]);
    }
    assert!(chain([1, 2]).is_empty());
}

#[test]
fn the_rise_of_a_cycle_leaves_time_for_what_follows() {
    for fraction in [-0.1, 1.1, f64::NAN] {
        let text = format!("a `pct_start` of {fraction}; give one from 0 to 1");
        assert_eq!(problems(OneCycle::new(1.0).pct_start(fraction)), [text]);
    }
    let three = OneCycle::new(1.0).three_phase();
    assert!(problems(three.pct_start(0.5)).is_empty());
    let text = "a `pct_start` of 0.6; give one from 0 to 0.5, which leaves time for three parts";
    assert_eq!(problems(three.pct_start(0.6)), [text]);
    assert_eq!(problems(three.pct_start(0.6).momentum(0.8, 0.9)), [text]);
}

#[test]
fn what_is_combined_is_checked_together() {
    let wrong = || Exponential::new(-1.0);
    let both = problems(wrong().times(Cosine::new().over(0)));
    assert_eq!(both.len(), 2, "{both:?}");
    let scaled = problems(wrong().scaled(f64::NAN).at_least(f64::INFINITY));
    assert_eq!(scaled.len(), 3, "{scaled:?}");
    let chained = problems(Warmup::linear(5).from(-1.0).before(wrong()));
    assert_eq!(chained.len(), 2, "{chained:?}");
    assert_eq!(problems(boxed(wrong())).len(), 1);
    assert_eq!(problems(Cosine::new().min(f64::NAN)).len(), 1);
    assert_eq!(problems(CosineRestarts::new(1).min(f64::NAN)).len(), 1);
    let momentum = OneCycle::new(1.0).momentum(f64::NAN, f64::INFINITY);
    assert_eq!(problems(momentum).len(), 2);
}
