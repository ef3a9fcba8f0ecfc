//! A name in an order that no callback has: a misspelling is a problem, and a callback that is not attached is none (P7).

use callbacks::prelude::*;
use callbacks::{CallbackInfo, Problem, ProblemKind};

fn plan(names: &[&str]) -> Plan<Fit> {
    let mut plan = Plan::new();
    for name in names {
        plan.on(Fit::on_epoch_end, || {}).named(*name);
    }
    plan
}

/// The problems and the notes of a plan, without their locations.
fn told(plan: &mut Plan<Fit>) -> Vec<(ProblemKind, String)> {
    let told = |problem: &Problem| {
        assert!(problem.location().file().ends_with("misspelt_orders.rs"));
        let text = problem.to_string();
        let text = text.split_once(": ").map(|(_, text)| text.to_owned());
        (problem.kind(), text.unwrap_or_default())
    };
    match plan.check(&State::new()) {
        Ok(()) => plan.notes().iter().map(told).collect(),
        Err(error) => error.problems().iter().map(told).collect(),
    }
}

#[test]
fn a_misspelt_name_of_an_attachment_is_a_problem() {
    let mut plan = plan(&["measure"]);
    plan.on(Fit::on_epoch_end, || {})
        .named("print")
        .after("measrue");
    plan.on(Fit::on_epoch_end, || {})
        .named("reset")
        .before("measrue");
    let problem = |callback: &str, verb: &str| {
        let text = format!(
            "{callback}: runs {verb} `measrue`, which is not attached; did you mean `measure`?"
        );
        (ProblemKind::Misspelt, text)
    };
    assert_eq!(
        told(&mut plan),
        [problem("print", "after"), problem("reset", "before")]
    );
}

#[test]
fn a_misspelt_name_of_the_plan_is_a_problem_and_another_one_is_a_note() {
    let mut plan = plan(&["measure", "print"]);
    plan.order("print", "zz");
    let note = "plan.order: names `zz`, which is not attached; attach it, or leave the order out";
    assert_eq!(told(&mut plan), [(ProblemKind::Idle, note.to_owned())]);
    plan.order("measur", "print");
    let problem = "plan.order: names `measur`, which is not attached; did you mean `measure`?";
    assert_eq!(
        told(&mut plan),
        [(ProblemKind::Misspelt, problem.to_owned())]
    );
}

#[test]
fn a_callback_that_is_not_attached_may_be_named() {
    let mut plan = plan(&["measure", "layer1", "log#2"]);
    plan.on(Fit::on_epoch_end, || {})
        .after("progress")
        .after("layer2")
        .before("log#3");
    // The name that is similar is its own.
    plan.on(Fit::on_epoch_end, || {})
        .named("alone")
        .after("alon");
    assert_eq!(told(&mut plan), []);
}

/// Names another callback in the code of its type.
struct Named {
    is_ready_made: bool,
}

impl Callback<Fit> for Named {
    fn info(&self) -> CallbackInfo {
        let info = CallbackInfo::of::<Self>().after("measrue");
        if self.is_ready_made {
            info.ready_made()
        } else {
            info
        }
    }

    fn handlers(&self, _: &mut Handlers<Fit, Self>) {}
}

#[test]
fn a_misspelt_name_of_a_type_is_a_note_unless_the_type_is_ready_made() {
    let mut own = plan(&["measure"]);
    own.add(Named {
        is_ready_made: false,
    });
    let note = "Named: runs after `measrue`, which is not attached; did you mean `measure`?";
    assert_eq!(told(&mut own), [(ProblemKind::Idle, note.to_owned())]);
    let mut shelf = plan(&["measure"]);
    shelf.add(Named {
        is_ready_made: true,
    });
    assert_eq!(told(&mut shelf), []);
}
