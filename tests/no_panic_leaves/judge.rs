//! The cases of a test, what is said in each of them, and what is wrong with it.

use super::support::process::{Ended, say};
use super::support::trouble::{Ends, Fault, ending};
use callbacks::Outcome;
use std::mem::forget;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does what a library does, and says whether a panic has left it. What comes out of it is not dropped, which may panic rightly.
pub(crate) fn library<T>(what: &str, call: impl FnOnce() -> T) -> Option<T> {
    let called = catch_unwind(AssertUnwindSafe(call));
    if called.is_err() {
        say(format!("a panic leaves {what}"));
    }
    called.map_err(forget).ok()
}

/// Splits the name of a case.
fn parts(case: &str) -> (Fault, &str) {
    let (fault, setup) = case.split_once(", ").expect("a fault and a setup");
    (Fault::named(fault), setup)
}

/// All faults in these setups.
pub(crate) fn cases(setups: &[&str]) -> Vec<String> {
    let faults = Fault::ALL.iter();
    faults
        .flat_map(|(fault, _)| setups.iter().map(move |setup| format!("{fault}, {setup}")))
        .collect()
}

/// Runs one scenario with each ending.
pub(crate) fn with_each_ending(case: &str, scenario: impl Fn(&str, Ends, Fault)) {
    let (fault, setup) = parts(case);
    fault.begin();
    for ends in Ends::ALL {
        say(format!("begin {ends:?}"));
        scenario(setup, ends, fault);
        say("end");
    }
}

/// What the outcome is, where nothing but what is meant to fail fails.
pub(crate) fn expected(ends: Ends, setup: &str) -> &'static str {
    match (ends, setup) {
        (Ends::Stopped, _) => "stopped by second",
        (Ends::Interrupted, _) => "interrupted by second",
        (Ends::Error | Ends::AtItsExit, _) => "failed by second: bad error",
        (Ends::Panic | Ends::PanicAtItsExit, _) => "failed by second: panic",
        (Ends::LateError, "in the background") => "failed by later: bad error",
        (Ends::LatePanic, "in the background") => "failed by later: panic",
        (Ends::LateError, "in parallel") => "failed by beside one: bad error",
        (Ends::LatePanic, "in parallel") => "failed by beside one: panic",
        _ => "finished",
    }
}

/// Looks at what the scenarios of a process said.
pub(crate) fn look(case: &str, ended: &Ended) {
    let (fault, setup) = parts(case);
    ended.assert_succeeds();
    let mut problems = Vec::new();
    let sections = ended.lines.split(|line| line == "end");
    let mut count = 0;
    for section in sections.filter(|section| !section.is_empty()) {
        let ends = Ends::ALL[count];
        count += 1;
        assert_eq!(section[0], format!("begin {ends:?}"));
        let text = judge(section, ends, fault, setup);
        problems.extend(text.into_iter().map(|it| format!("{ends:?}: {it}")));
    }
    assert_eq!(count, Ends::ALL.len(), "{case}: all scenarios are there");
    assert!(problems.is_empty(), "{case}: {problems:#?}");
}

/// What is wrong with what one scenario said.
fn judge(section: &[String], ends: Ends, fault: Fault, setup: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let left = section.iter().filter(|line| line.contains("panic leaves"));
    problems.extend(left.cloned());
    let of = |word: &str| -> Vec<String> {
        let its = section.iter().filter_map(|line| line.strip_prefix(word));
        its.map(|it| it.split(':').next().unwrap_or(it).to_owned())
            .collect()
    };
    let (entered, mut exited) = (of("enter "), of("exit "));
    exited.reverse();
    if entered != exited {
        problems.push(format!("entered {entered:?}, in reverse exited {exited:?}"));
    }
    let mut dropped = of("drop ");
    dropped.sort();
    let mut made = of("enter ");
    made.sort();
    if dropped != made {
        problems.push(format!("made {made:?}, dropped {dropped:?}"));
    }
    // These faults are failures of their own.
    let is_failure = matches!(fault, Fault::Answer | Fault::Copy | Fault::State);
    let wanted = format!("outcome {}", expected(ends, setup));
    if !is_failure && !section.contains(&wanted) {
        let text = section.iter().find(|line| line.starts_with("outcome "));
        problems.push(format!("{wanted}, and not {text:?}"));
    }
    problems
}

/// Says how a run ended, and drops nothing of it.
pub(crate) fn describe(outcome: Outcome) {
    say(format!("outcome {}", ending(&outcome)));
    forget(outcome);
}
