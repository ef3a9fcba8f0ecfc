//! P1: the names of other frameworks mean breakpoints of their loop, and the compiler answers each of them by its meaning.

use callbacks::prelude::*;
use callbacks::{Alias, Breakpoint};
use std::collections::HashMap;

/// Returns the names of the breakpoints, with and without their phases.
fn names<L: Loop>() -> Vec<String> {
    let without_phase = |at: &Breakpoint| {
        let phase = at.phase()?;
        let short = if at.bounds_phase() { "phase" } else { "" };
        Some(at.name().replacen(phase, short, 1).replace("__", "_"))
    };
    let full = L::BREAKPOINTS.iter().map(|at| at.name().to_owned());
    full.chain(L::BREAKPOINTS.iter().filter_map(without_phase))
        .collect()
}

fn is_breakpoint<L: Loop>(name: &str) -> bool {
    names::<L>().iter().any(|known| known == name)
}

/// Checks the aliases of a loop against its breakpoints.
fn check<L: Loop>() {
    let mut meanings: HashMap<&str, &Alias> = HashMap::new();
    for alias in L::ALIASES {
        let (name, breakpoint) = (alias.name(), alias.breakpoint());
        match breakpoint {
            Some(breakpoint) => assert!(is_breakpoint::<L>(breakpoint), "{alias}"),
            None => assert!(alias.note().is_some(), "{alias}"),
        }
        assert_ne!(breakpoint, Some(name), "{alias}");
        let first = meanings.entry(name).or_insert(alias);
        let is_same = first.breakpoint() == breakpoint;
        assert!(is_same || alias.note().is_some(), "{first}; {alias}");
    }
}

#[test]
fn an_alias_means_a_breakpoint_of_its_loop() {
    assert!(Fit::ALIASES.len() > 200 && Driver::ALIASES.len() > 40);
    check::<Fit>();
    check::<Driver>();
}

/// Returns the first line, and the notes, of each error in the expected messages of `file`, by the name that the error is about.
fn answers(file: &str) -> HashMap<String, String> {
    let path = format!(
        "{}/ui/fail/matrix/{file}.stderr",
        env!("CARGO_MANIFEST_DIR")
    );
    let messages = std::fs::read_to_string(path).expect("the matrix has a file for each framework");
    let errors = messages.split("error: ").skip(1);
    let entry = |error: &str| {
        let name = error.split("fn ").last()?.split('(').next()?;
        Some((name.to_owned(), error.to_owned()))
    };
    errors.filter_map(entry).collect()
}

/// Checks that the messages of `file` answer this alias by its meaning.
fn check_answer<L: Loop>(alias: &Alias, file: &str) {
    if is_breakpoint::<L>(alias.name()) {
        return;
    }
    let answers = answers(file);
    let answer = answers
        .get(alias.name())
        .unwrap_or_else(|| panic!("{file} lacks {alias}"));
    assert!(answer.contains(alias.framework()), "{alias}: {answer}");
    if let Some(breakpoint) = alias.breakpoint() {
        assert!(
            answer.contains(&format!("is `{breakpoint}` here")),
            "{alias}: {answer}"
        );
    }
    assert!(
        answer.contains(alias.note().unwrap_or_default()),
        "{alias}: {answer}"
    );
}

#[test]
fn the_compiler_answers_each_alias_of_a_fit() {
    for alias in Fit::ALIASES {
        let file = alias.framework().to_lowercase().replace(' ', "-");
        check_answer::<Fit>(alias, &file);
    }
}

#[test]
fn the_compiler_answers_each_alias_of_a_driver() {
    for alias in Driver::ALIASES {
        check_answer::<Driver>(alias, "driver");
    }
}

#[test]
fn an_explanation_says_what_a_name_means() -> Result<(), PlanError> {
    let explanation = Plan::<Fit>::new().explain(&State::new())?;
    let texts =
        |name: &str| -> Vec<String> { explanation.aliases(name).map(Alias::to_string).collect() };
    assert_eq!(
        texts("EPOCH_COMPLETED"),
        ["`epoch_completed` of ignite is `on_epoch_end` here"]
    );
    assert_eq!(
        texts("on_epoch_end"),
        [
            "`on_epoch_end` of Hugging Face is `on_train_end` here; the evaluation of the epoch comes after it there"
        ]
    );
    assert_eq!(
        texts("state_dict"),
        [
            "`state_dict` of Lightning has no breakpoint here; name what the callback remembers: `#[callback(persist(best))]`"
        ]
    );
    assert!(texts("on_tuesday").is_empty());
    Ok(())
}

#[test]
fn a_loop_without_aliases_has_none() {
    breakpoints! {
        loop Relax { scope RUN { on_run_begin; on_run_end; } }
    }
    assert!(Relax::ALIASES.is_empty());
}
