//! Declared orders overrule weight and insertion (P3); circles, requirements and incompatibilities are reported.

use callbacks::prelude::*;
use callbacks::{CallbackInfo, CallbackRef, ProblemKind};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Two groups.
struct Measures;
struct Loggers;

/// A plan in which callback `n` is named `n`, by weights.
fn plan_of(weights: &[f64]) -> Plan<Fit> {
    let mut plan = Plan::new();
    for (at, weight) in weights.iter().enumerate() {
        plan.on(Fit::on_epoch_end, || {})
            .named(at.to_string())
            .weight(*weight);
    }
    plan
}

fn order(plan: &mut Plan<Fit>) -> Vec<usize> {
    plan.check(&State::new()).expect("nothing is wrong with it");
    let names = plan.names().into_iter();
    names
        .map(|name| name.parse().expect("a callback is named by its number"))
        .collect()
}

/// P3 word for word: of those that are free to go next, the smallest (weight, insertion) goes.
fn by_the_promise(weights: &[f64], edges: &[(usize, usize)]) -> Vec<usize> {
    let mut left: BTreeSet<usize> = (0..weights.len()).collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let is_free = |at: &usize| {
            let mut before = edges.iter().filter(|(_, second)| second == at);
            before.all(|(first, _)| !left.contains(first))
        };
        let free = left.iter().copied().filter(is_free);
        let next = free
            .min_by(|one, other| weights[*one].total_cmp(&weights[*other]))
            .expect("the edges make no circle");
        left.remove(&next);
        order.push(next);
    }
    order
}

/// How an edge is declared.
#[derive(Debug, Clone, Copy)]
enum How {
    After,
    Before,
    Plan,
}

/// Weights, and edges that cannot make a circle: from a smaller place in a permutation to a greater one.
fn plans() -> impl Strategy<Value = (Vec<f64>, Vec<(usize, usize, How)>)> {
    let how = prop_oneof![Just(How::After), Just(How::Before), Just(How::Plan)];
    (2_usize..12).prop_flat_map(move |count| {
        let weights = prop::collection::vec((-1..2_i32).prop_map(f64::from), count);
        let permutation = Just((0..count).collect::<Vec<_>>()).prop_shuffle();
        let edges = prop::collection::vec((0..count, 0..count, how.clone()), 0..20);
        (weights, permutation, edges).prop_map(|(weights, permutation, edges)| {
            let edges = edges.into_iter().filter(|(one, other, _)| one != other);
            let edges = edges.map(|(one, other, how)| {
                (
                    permutation[one.min(other)],
                    permutation[one.max(other)],
                    how,
                )
            });
            (weights, edges.collect())
        })
    })
}

proptest! {
    #[test]
    fn edges_win_over_weight_and_the_smallest_free_one_goes_next((weights, edges) in plans()) {
        let mut plan = Plan::<Fit>::new();
        for (at, weight) in weights.iter().enumerate() {
            let mut attached = plan.on(Fit::on_epoch_end, || {}).named(at.to_string()).weight(*weight);
            for (first, second, how) in &edges {
                match how {
                    How::After if *second == at => attached = attached.after(first.to_string()),
                    How::Before if *first == at => attached = attached.before(second.to_string()),
                    _ => {}
                }
            }
        }
        for (first, second, how) in &edges {
            if let How::Plan = how {
                plan.order(first.to_string(), second.to_string());
            }
        }
        let pairs: Vec<_> = edges.iter().map(|(first, second, _)| (*first, *second)).collect();
        prop_assert_eq!(order(&mut plan), by_the_promise(&weights, &pairs));
    }

    #[test]
    fn an_edge_to_a_group_is_one_to_each_of_its_members(
        weights in prop::collection::vec((-1..2_i32).prop_map(f64::from), 2..12),
        first in prop::collection::vec(any::<bool>(), 12),
        second in prop::collection::vec(any::<bool>(), 12),
    ) {
        let mut plan = Plan::<Fit>::new();
        for (at, weight) in weights.iter().enumerate() {
            let mut attached = plan.on(Fit::on_epoch_end, || {}).named(at.to_string()).weight(*weight);
            // No callback is in both, which would be a circle.
            if first[at] {
                attached.group::<Measures>();
            } else if second[at] {
                attached = attached.group::<Loggers>();
                attached.after("nobody");
            }
        }
        plan.order(CallbackRef::of::<Measures>(), CallbackRef::of::<Loggers>());
        let count = weights.len();
        let pairs = (0..count).flat_map(|one| (0..count).map(move |other| (one, other)));
        let pairs: Vec<_> = pairs.filter(|(one, other)| first[*one] && second[*other] && !first[*other]).collect();
        prop_assert_eq!(order(&mut plan), by_the_promise(&weights, &pairs));
    }
}

/// A callback whose type says what the test says.
struct Saying(fn(CallbackInfo) -> CallbackInfo);

impl Callback<Fit> for Saying {
    fn info(&self) -> CallbackInfo {
        (self.0)(CallbackInfo::of::<Self>())
    }

    fn handlers(&self, h: &mut Handlers<Fit, Self>) {
        h.on(Fit::on_epoch_end, |_: &mut Self| {});
    }
}

struct Other;

impl Callback<Fit> for Other {
    fn handlers(&self, _: &mut Handlers<Fit, Self>) {}
}

#[test]
fn a_type_that_names_itself_says_nothing_of_its_instances() {
    let mut plan = Plan::<Fit>::new();
    for name in ["one", "two"] {
        plan.add(Saying(|info| info.after(CallbackRef::of::<Saying>())))
            .named(name);
    }
    plan.check(&State::new()).expect("nobody waits for himself");
    assert_eq!(plan.names(), ["one", "two"]);
}

#[test]
fn an_instance_may_go_after_the_others_of_its_type() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Other)
        .named("last")
        .after(CallbackRef::of::<Other>());
    plan.add(Other).named("one");
    plan.add(Other).named("two");
    plan.check(&State::new()).expect("nobody waits for himself");
    assert_eq!(plan.names(), ["one", "two", "last"]);
}

#[test]
fn a_group_before_itself_leaves_out_each_one_for_itself() {
    let mut plan = plan_of(&[0.0, 0.0]);
    plan.on(Fit::on_epoch_end, || {})
        .named("2")
        .group::<Measures>();
    plan.order(CallbackRef::of::<Measures>(), CallbackRef::of::<Measures>());
    assert_eq!(order(&mut plan), [0, 1, 2]);
}

#[test]
fn the_order_is_the_same_at_every_breakpoint() {
    let mut plan = Plan::<Fit>::new();
    for (name, weight) in [("a", 5.0), ("b", 0.0), ("c", -5.0)] {
        for at in [Fit::on_epoch_begin, Fit::on_epoch_end] {
            let name = format!("{name} {}", at.breakpoint());
            plan.on(at, || {}).named(name).weight(weight);
        }
    }
    plan.order("a on_epoch_begin", "c on_epoch_begin")
        .order("a on_epoch_end", "c on_epoch_end");
    let explanation = plan
        .explain(&State::new())
        .expect("nothing is wrong with it")
        .to_string();
    let places = |name: &str| {
        explanation
            .find(&format!(" {name} on_epoch_end"))
            .expect("it is told")
    };
    assert!(
        places("b") < places("a") && places("a") < places("c"),
        "{explanation}"
    );
}

#[test]
fn a_circle_names_who_is_in_it_and_where_each_order_is_declared() {
    let mut plan = plan_of(&[0.0; 5]);
    let line = line!() + 1;
    plan.order("1", "2")
        .order("2", "3")
        .order("3", "1")
        .order("3", "4");
    let error = plan.check(&State::new()).unwrap_err();
    let [circle] = error.problems() else {
        panic!("{error}")
    };
    assert_eq!(
        (circle.kind(), circle.callback()),
        (ProblemKind::Circle, "1")
    );
    let location = |nth: u32| format!("says `plan.order` ({}:{})", file!(), line + nth);
    let text = format!(
        "`1` before `2`, {}; `2` before `3`, {}; `3` before `1`, {}",
        location(0),
        location(1),
        location(2)
    );
    assert!(circle.to_string().contains(&text), "{circle}");
}

#[test]
fn each_circle_is_reported_once_and_other_problems_beside_it() {
    let mut plan = plan_of(&[0.0; 6]);
    plan.order("0", "1")
        .order("1", "0")
        .order("2", "3")
        .order("3", "2")
        .order("1", "4");
    plan.on(Fit::on_epoch_end, |_: &String| {});
    let error = plan.check(&State::new()).unwrap_err();
    let kinds: Vec<_> = error
        .problems()
        .iter()
        .map(callbacks::Problem::kind)
        .collect();
    assert_eq!(
        kinds
            .iter()
            .filter(|kind| **kind == ProblemKind::Circle)
            .count(),
        2,
        "{error}"
    );
    assert!(kinds.contains(&ProblemKind::Missing), "{error}");
    assert_eq!(error.problems().len(), 3, "{error}");
}

#[test]
fn types_that_wait_for_each_other_are_a_circle() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Other).after(CallbackRef::of::<Saying>());
    plan.add(Saying(|info| info.after(CallbackRef::of::<Other>())));
    let error = plan.check(&State::new()).unwrap_err();
    assert_eq!(error.problems().len(), 1, "{error}");
    assert!(
        error.to_string().contains("`Other` before `Saying`"),
        "{error}"
    );
    assert!(
        error.to_string().contains("`Saying` before `Other`"),
        "{error}"
    );
}

#[test]
fn an_edge_to_none_is_no_problem_but_a_requirement_is() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Other)
        .after("nobody")
        .before(CallbackRef::of::<Measures>());
    plan.check(&State::new())
        .expect("edges to nobody decide nothing");
    let line = line!() + 2;
    plan.add(Saying(|info| info))
        .requires(CallbackRef::of::<Measures>());
    let error = plan.check(&State::new()).unwrap_err();
    let [problem] = error.problems() else {
        panic!("{error}")
    };
    assert_eq!(
        (problem.kind(), problem.location().line()),
        (ProblemKind::Required, line)
    );
    assert!(
        problem
            .to_string()
            .ends_with("Saying: requires `Measures`, which is not attached; attach one")
    );
    plan.add(Other).group::<Measures>();
    plan.check(&State::new()).expect("now somebody measures");
}

#[test]
fn a_callback_is_not_what_it_requires_itself() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Other).requires(CallbackRef::of::<Other>());
    assert!(plan.check(&State::new()).is_err());
    plan.add(Other);
    assert!(plan.check(&State::new()).is_ok());
}

#[test]
fn incompatibility_is_symmetric_and_reported_once() {
    for both in [false, true] {
        let mut plan = Plan::<Fit>::new();
        plan.add(Saying(|info| info.incompatible(CallbackRef::of::<Other>())))
            .named("one");
        let other = plan.add(Other).named("two");
        if both {
            other.incompatible("one");
        }
        let error = plan.check(&State::new()).unwrap_err();
        assert_eq!(error.problems().len(), 1, "{error}");
        assert_eq!(error.problems()[0].kind(), ProblemKind::Incompatible);
        assert!(
            error
                .to_string()
                .contains("one: is incompatible with `two`"),
            "{error}"
        );
    }
}

#[test]
fn five_thousand_after_five_thousand_are_not_as_many_pairs() {
    let mut plan = Plan::<Fit>::new();
    for _ in 0..5_000 {
        plan.add(Saying(|info| info.after(CallbackRef::of::<Other>())));
        plan.add(Other);
    }
    plan.check(&State::new()).expect("nothing is wrong with it");
    let names = plan.names();
    assert!(names[..5_000].iter().all(|name| name.starts_with("Other")));
}
