//! `#[every(…)]`: what is said in it, and where it stands. What its words are given is checked in `amounts`.

use crate::attributes::Attribute;
use crate::callback::model::{Handler, Model};
use crate::callback::syntax::{Clause, Every, Given, Said, Term, said};
use crate::errors::Errors;
use crate::spelling::written;
use crate::unit::{Unit, guess};
use proc_macro2::Ident;
use std::collections::HashSet;
use syn::ext::IdentExt;
use syn::{Expr, ExprCall, ExprLit, ExprPath, Lit};

/// Breakpoints that fire once in a run.
const ONCE_IN_A_RUN: [&str; 2] = ["on_enter", "on_exit"];

/// It stands on a handler.
pub(super) fn check_on_handlers(model: &Model, errors: &Errors) {
    for item in &model.block.items {
        let function = item.function.as_ref();
        let Some(function) = function.filter(|function| !function.is_handler()) else {
            continue;
        };
        let is_every = |attribute: &&Attribute| attribute.is("every");
        for attribute in item.attributes.iter().filter(is_every) {
            let name = function.name();
            errors.at(attribute, format!("only a handler has a period; name `{name}` after a breakpoint, or put `#[on(…)]` above it"));
        }
    }
}

/// Its handler runs at breakpoints that fire more than once.
pub(super) fn check_repeats(handler: &Handler, model: &Model, errors: &Errors) {
    let places = handler.requests.iter().flat_map(|request| &request.places);
    let mut names = places
        .filter_map(|claim| model.breakpoint(claim.place))
        .map(|breakpoint| breakpoint.name.as_str());
    let once = names.find(|name| ONCE_IN_A_RUN.contains(name));
    if let (Some(name), Some(every)) = (once, handler.every.first()) {
        errors.at(&every.attribute, format!("`{name}` fires once in a run, so that nothing there is every so often; remove this, or put what repeats into another function"));
    }
}

/// What it says stands in parentheses.
pub(super) fn check_parentheses(every: &Every, errors: &Errors) {
    if let Some(value) = &every.equals {
        let number = match syn::parse2(value.clone()) {
            Ok(Lit::Int(number)) => number.to_string(),
            _ => "10".to_owned(),
        };
        errors.at(
            &every.attribute.inside,
            format!("`every` takes its words in parentheses; write `#[every(steps = {number})]`"),
        );
    }
}

/// Each part is a word of its own, or a unit with its number.
pub(super) fn check_readable(every: &Every, errors: &Errors) {
    for clause in Clause::all(&every.clauses) {
        match clause {
            Clause::Unreadable(error) => errors.add(error.clone()),
            Clause::Bare { value, unit } => errors.at(value, without_unit(value, *unit)),
            Clause::Said { .. } => {}
        }
    }
}

fn without_unit(value: &Expr, unit: Option<Unit>) -> String {
    let number = written(value);
    if let Some(unit) = unit {
        let unit = unit.word();
        return format!("the unit stands in front of its number; write `{unit} = {number}`");
    }
    match value {
        Expr::Closure(_) => {
            "a condition has a word in front of it; write `when = |at| …`".to_owned()
        }
        Expr::Call(_) | Expr::MethodCall(_) => period_as_value(as_words(value)),
        Expr::Path(path) if is_function(path) => {
            format!("a condition has a word in front of it; write `when = {number}`")
        }
        Expr::Lit(ExprLit {
            lit: Lit::Float(_), ..
        }) => format!("a period has a unit; write `time = {number}` or `seconds = {number}`"),
        Expr::Lit(ExprLit {
            lit: Lit::Str(_), ..
        }) => "a period stands without quotes; write `steps = 10`".to_owned(),
        _ => format!("a period has a unit; write `steps = {number}` or `epochs = {number}`"),
    }
}

/// What a call answers is a period at most, and no part of one.
fn period_as_value(words: Option<String>) -> String {
    let words = words.unwrap_or_else(|| "steps = 10".to_owned());
    format!(
        "a period as a value is given where the callback is attached: `.every(…)`; here write `{words}`"
    )
}

/// `Period::steps(3)` as `steps = 3`
fn as_words(value: &Expr) -> Option<String> {
    let Expr::Call(ExprCall { func, args, .. }) = value else {
        return None;
    };
    let Expr::Path(ExprPath { path, .. }) = func.as_ref() else {
        return None;
    };
    let unit = Unit::of(&path.segments.last()?.ident)?.word();
    let number = args.first().filter(|_| args.len() == 1)?;
    Some(format!("{unit} = {}", written(number)))
}

fn is_function(ExprPath { path, .. }: &ExprPath) -> bool {
    let last = path.segments.last();
    last.is_some_and(|last| last.ident.to_string().starts_with(char::is_lowercase))
}

/// A word is one of ours.
pub(super) fn check_known(every: &Every, errors: &Errors) {
    for clause in Clause::all(&every.clauses) {
        let Clause::Said { word, given } = clause else {
            continue;
        };
        if Term::of(word).is_none() {
            errors.at(word, unknown(word, given));
        }
    }
}

fn unknown(word: &Ident, given: &Given) -> String {
    let guess = guess(word, Term::words());
    if guess.is_empty() && is_call(given) {
        return period_as_value(None);
    }
    format!("no period is said with `{word}`{guess}\n{WORDS}")
}

/// Whether what stands behind a word are a function's arguments, and not words of a period.
fn is_call(given: &Given) -> bool {
    let is_value = |clause: &Clause| matches!(clause, Clause::Bare { .. });
    matches!(given, Given::List(inside) if inside.iter().all(is_value))
}

/// The words that can be written.
const WORDS: &str = "the units: `epochs`, `steps`, `micro_steps`, `samples`, `time`, `seconds`
besides them: `first`, `last`, `offset`, `until`, `once`, `when`, `only_when`";

/// Each word is said once.
pub(super) fn check_twice(every: &Every, errors: &Errors) {
    check_list_twice(&every.clauses, errors);
    for inside in lists(every) {
        check_list_twice(inside, errors);
    }
}

fn check_list_twice(clauses: &[Clause], errors: &Errors) {
    let words: Vec<_> = said(clauses).collect();
    for (index, second) in words.iter().enumerate() {
        let Some(first) = words[..index]
            .iter()
            .find(|first| first.term == second.term)
        else {
            continue;
        };
        let (word, line) = (second.word, first.word.span().start().line);
        let instead = if matches!(second.term, Term::Unit(_) | Term::Once) {
            "keep one of them, or write a second `#[every(…)]`"
        } else {
            "keep one of them"
        };
        errors.at(
            word,
            format!("`{word}` a second time; the first is on line {line}, {instead}"),
        );
    }
}

/// It says something.
pub(super) fn check_says_when(every: &Every, errors: &Errors) {
    if every.clauses.is_empty() && every.equals.is_none() {
        errors.at(
            &every.attribute,
            "this names no period; write one, as in `#[every(steps = 10)]`",
        );
    }
}

/// `once` has the places where it is due.
pub(super) fn check_once(every: &Every, errors: &Errors) {
    for once in every.said().filter(|said| said.term == Term::Once) {
        let number = match once.given {
            Given::List(inside) if inside.is_empty() => {
                errors.at(once.word, "an empty list; write `once(steps = 500)`");
                continue;
            }
            Given::List(inside) => {
                check_inside(inside, errors);
                continue;
            }
            Given::Is(value) => written(value),
            Given::Nothing => "500".to_owned(),
        };
        errors.at(
            once.word,
            format!(
                "`once` takes a unit and its place in parentheses; write `once(steps = {number})`"
            ),
        );
    }
}

fn check_inside(inside: &[Clause], errors: &Errors) {
    for Said { word, term, .. } in said(inside) {
        if term.unit().is_none() {
            errors.at(
                word,
                format!("inside of `once` are units alone; write `{word}` beside it"),
            );
        }
    }
}

/// What moves or ends a period has the one that it is about.
pub(super) fn check_bounds(every: &Every, errors: &Errors) {
    let units = units(every);
    for Said { word, .. } in every.said().filter(|said| said.term.is_bound()) {
        match units[..] {
            [_] => {}
            [] if is_unsure(every) => {}
            [] => errors.at(word, format!("`{word}` is about a period that repeats; write one beside it, as in `steps = 10, {word} = 3`")),
            [first, second, ..] => errors.at(word, format!("`{word}` is about one period, and here are `{first}` and `{second}`; write an `#[every(…)]` for each")),
        }
    }
}

/// A condition is all there is, or it is said that both have to hold.
pub(super) fn check_predicates(every: &Every, errors: &Errors) {
    let beats = every
        .said()
        .filter(|said| said.term.unit().is_some() || said.term == Term::Once);
    let beside = beats.map(|said| said.word).next();
    for Said { word, term, .. } in every.said() {
        match (term, beside) {
            (Term::When, Some(beside)) => errors.at(word, format!("`when` beside `{beside}` does not say whether one is enough; write `only_when` if both must hold, or a second `#[every(…)]`")),
            (Term::OnlyWhen, None) if !is_unsure(every) && !looks(every) => errors.at(word, "`only_when` narrows a period, and here is none; write `when`, or a unit beside it"),
            _ => {}
        }
    }
}

/// Whether a condition makes it due.
fn looks(every: &Every) -> bool {
    every.said().any(|said| said.term == Term::When)
}

/// Whether a part may be the one that is missed, which is told already.
fn is_unsure(every: &Every) -> bool {
    every.clauses.iter().any(|clause| match clause {
        Clause::Said { word, .. } => Term::of(word).is_none(),
        Clause::Bare { .. } | Clause::Unreadable(_) => true,
    })
}

/// The units that it names, each once.
fn units(every: &Every) -> Vec<&Ident> {
    let units = every.said().filter(|said| said.term.unit().is_some());
    let mut units: Vec<_> = units.map(|said| said.word).collect();
    let mut known = HashSet::new();
    units.retain(|unit| known.insert(unit.unraw()));
    units
}

/// What stands in the parentheses inside it.
pub(super) fn lists(every: &Every) -> impl Iterator<Item = &[Clause]> {
    every.clauses.iter().map(Clause::list)
}
