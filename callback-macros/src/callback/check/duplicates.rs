//! Two handlers at one breakpoint.

use crate::callback::model::{Claim, Handler, Model, claims_of};
use crate::errors::Errors;

/// Where two name a breakpoint equally exactly, nothing says which of them runs first.
pub(super) fn check_alone(handler: &Handler, model: &Model, errors: &Errors) {
    let claims = claims_of(handler);
    let before = model
        .handlers
        .iter()
        .take_while(|first| first.index < handler.index);
    for first in before.filter(|first| can_meet(first, handler)) {
        let theirs = claims_of(first);
        if let Some(clash) = claims.iter().find(|claim| theirs.contains(claim)) {
            report(handler, first, *clash, model, errors);
            return;
        }
    }
}

/// Functions of one name are rustc's to judge, and conditions may exclude each other.
fn can_meet(first: &Handler, second: &Handler) -> bool {
    first.name() != second.name() && !(first.is_conditional() && second.is_conditional())
}

fn report(second: &Handler, first: &Handler, clash: Claim, model: &Model, errors: &Errors) {
    let request = second
        .requests
        .iter()
        .find(|request| request.places.contains(&clash));
    let word = request.map_or(second.name(), |request| &request.word);
    let breakpoint = model
        .breakpoint(clash.place)
        .map_or("", |breakpoint| &breakpoint.name);
    let (name, line) = (first.name(), first.name().span().start().line);
    let instead = if first.every.is_empty() && second.every.is_empty() {
        "put both into one function"
    } else {
        // One function has one period.
        "put one of them into a callback of its own"
    };
    errors.at(
        word,
        format!("a second handler at `{breakpoint}`, beside `{name}` on line {line}; {instead}"),
    );
}
