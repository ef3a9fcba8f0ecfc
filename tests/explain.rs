//! P12: a plan says what it does, before it does it.

use callbacks::fit::LearningRate;
use callbacks::prelude::*;

#[derive(Default)]
struct Decay;

#[callback(weight = -10, register = false)]
impl Decay {
    fn on_epoch_begin(&self, rate: &mut LearningRate) {
        rate.set(rate.get() * 0.9);
    }
}

struct Log;

#[callback(weight = 10, register = false)]
impl Log {
    fn on_epoch_begin(&self, epoch: &Epoch) {
        println!("{epoch}");
    }

    fn on_batch_end(&self, iteration: &Iteration, loss: Option<&Loss>) {
        println!("{iteration} {}", loss.is_some());
    }

    fn on_epoch_end(&self, mut ctx: Ctx<'_>) {
        ctx.insert(1_u8);
    }
}

fn plan() -> Plan<Fit> {
    let mut plan = Plan::new();
    plan.add(Log);
    plan.add(Decay);
    plan.add(Log).weight(f64::INFINITY);
    plan
}

/// Lines of this file are told by their text here, so that the explanation does not change with every edit.
fn with_lines_named(text: &str) -> String {
    let source: Vec<&str> = include_str!("explain.rs").lines().collect();
    let mut named = String::new();
    for line in text.lines() {
        let place = line.rsplit_once("explain.rs:");
        let shown = place.and_then(|(before, number)| {
            let code = source.get(number.trim().parse::<usize>().ok()? - 1)?;
            let name = code.trim().split('(').next()?;
            Some(format!("{}{name}", before.trim_end_matches("tests/")))
        });
        named.push_str(shown.as_deref().unwrap_or(line));
        named.push('\n');
    }
    named
}

#[test]
fn an_explanation_tells_order_reason_access_and_place() {
    let told = plan().explain(&State::new()).expect("the plan is right");
    insta::assert_snapshot!(with_lines_named(&told.to_string()));
}

#[test]
fn nothing_has_run_by_then() {
    let mut plan = Plan::new();
    plan.on(Fit::on_enter, || -> () {
        unreachable!("a plan that is explained does not run")
    });
    plan.explain(&State::new()).expect("the plan is right");
}

#[test]
fn breakpoints_that_this_run_does_not_fire_are_noted() {
    let mut plan = plan();
    plan.expect(|states| states.silent_scope(Fit::VALID, "there is no validation data"));
    let told = plan
        .explain(&State::new())
        .expect("a note is no error")
        .to_string();
    assert_eq!(
        told.matches("can never run here: there is no validation data")
            .count(),
        2
    );
}
