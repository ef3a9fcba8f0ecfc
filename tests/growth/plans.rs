//! What it takes to build a plan grows with the callbacks and the declared orders, not with their pairs: ten times as many
//! callbacks allocate at most twelve times as many bytes, whichever side of an order has many.

use crate::bytes;
use callbacks::fit::Fit;
use callbacks::{Callback, CallbackRef, Handlers, Plan, ProblemKind, State};

/// Reads the state that [`Writer`] writes.
struct Reader;

struct Writer;

impl Callback<Fit> for Reader {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_epoch_end, |_: &mut Self, _: &u8| {});
    }
}

impl Callback<Fit> for Writer {
    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_epoch_end, |_: &mut Self, _: &mut u8| {});
    }
}

/// A group of half of the callbacks.
struct Half;

/// A group of the other half.
struct OtherHalf;

/// Attaches the callback of this number.
type Attach = fn(&mut Plan<Fit>, usize);

fn plan(attach: Attach, size: usize) -> (Plan<Fit>, State) {
    let mut plan = Plan::new();
    for nth in 0..size {
        attach(&mut plan, nth);
    }
    let mut state = State::new();
    state.insert(0_u8);
    (plan, state)
}

fn checked(attach: Attach, size: usize) -> usize {
    let before = bytes();
    let (mut plan, state) = plan(attach, size);
    plan.check(&state).unwrap();
    bytes() - before
}

fn explained(attach: Attach, size: usize) -> usize {
    let (mut plan, state) = plan(attach, size);
    let before = bytes();
    let explanation = plan.explain(&state).unwrap();
    assert!(explanation.dot().len() > size);
    bytes() - before
}

/// How many times as much it takes for ten times as many.
#[track_caller]
fn assert_grows_with_its_size(taken: fn(Attach, usize) -> usize, attach: Attach) {
    let (few, many) = (taken(attach, 600), taken(attach, 6_000));
    assert!(
        many <= 12 * few,
        "{few} bytes, and {many} bytes for ten times as many"
    );
}

fn before_a_group(plan: &mut Plan<Fit>, nth: usize) {
    if nth.is_multiple_of(2) {
        plan.add(Reader).before(CallbackRef::of::<Half>());
    } else {
        plan.add(Writer).group::<Half>();
    }
}

fn after_a_group(plan: &mut Plan<Fit>, nth: usize) {
    if nth.is_multiple_of(2) {
        plan.add(Reader).after(CallbackRef::of::<Half>());
    } else {
        plan.add(Writer).group::<Half>();
    }
}

fn a_group_before_another_one(plan: &mut Plan<Fit>, nth: usize) {
    match nth {
        // One callback is on both sides.
        0 => {
            plan.order(CallbackRef::of::<Half>(), CallbackRef::of::<OtherHalf>());
            plan.add(Reader).group::<Half>().group::<OtherHalf>();
        }
        nth if nth.is_multiple_of(2) => {
            plan.add(Reader).group::<Half>();
        }
        _ => {
            plan.add(Writer).group::<OtherHalf>();
        }
    }
}

#[test]
fn many_callbacks_before_a_large_group() {
    assert_grows_with_its_size(checked, before_a_group);
}

#[test]
fn many_callbacks_after_a_large_group() {
    assert_grows_with_its_size(checked, after_a_group);
}

#[test]
fn a_large_group_before_another_one_that_shares_a_callback_with_it() {
    assert_grows_with_its_size(checked, a_group_before_another_one);
}

#[test]
fn an_explanation_of_many_callbacks_before_a_large_group() {
    assert_grows_with_its_size(explained, before_a_group);
}

#[test]
fn an_explanation_of_many_callbacks_after_a_large_group() {
    assert_grows_with_its_size(explained, after_a_group);
}

#[test]
fn a_group_whose_callbacks_each_run_before_the_whole_group_is_one_circle() {
    let circle = |size| {
        let (mut plan, state) = plan(
            |plan, _| {
                plan.add(Reader)
                    .group::<Half>()
                    .before(CallbackRef::of::<Half>());
            },
            size,
        );
        let before = bytes();
        let error = plan.check(&state).unwrap_err();
        assert_eq!(error.problems().len(), 1, "{error}");
        assert_eq!(error.problems()[0].kind(), ProblemKind::Circle);
        bytes() - before
    };
    let (few, many) = (circle(600), circle(6_000));
    assert!(
        many <= 12 * few,
        "{few} bytes, and {many} bytes for ten times as many"
    );
}

#[test]
fn a_circle_before_a_long_row_of_callbacks() {
    let circle = |size| {
        let (mut plan, state) = plan(
            |plan, nth| {
                let attached = plan.add(Reader).named(nth.to_string());
                match nth {
                    0 => attached.weight(1.0).after("1"),
                    1 => attached.weight(1.0).after("0"),
                    _ => attached.after((nth - 1).to_string()),
                };
            },
            size,
        );
        let before = bytes();
        let error = plan.check(&state).unwrap_err();
        assert_eq!(error.problems()[0].kind(), ProblemKind::Circle);
        bytes() - before
    };
    let (few, many) = (circle(600), circle(6_000));
    assert!(
        many <= 12 * few,
        "{few} bytes, and {many} bytes for ten times as many"
    );
}
