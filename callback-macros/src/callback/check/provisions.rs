//! The state that a callback brings. That a type has a `Default`, and that a function makes it, rustc says.

use crate::callback::model::{bare, can_be_state, can_make};
use crate::callback::syntax::{Arguments, Member, Word};
use crate::errors::Errors;
use crate::spelling::written;
use syn::{Expr, Lit, Type};

/// State is a type that owns itself.
pub(super) fn check_states(arguments: &Arguments, errors: &Errors) {
    for member in provided(arguments) {
        match member {
            Member::Type(state) | Member::Made { state, .. } => check_state(state, errors),
            Member::Literal(literal) => check_literal(literal, errors),
            Member::Unreadable(_) => {}
        }
    }
}

fn check_state(state: &Type, errors: &Errors) {
    if can_be_state(state) {
        return;
    }
    if let Type::Reference(reference) = bare(state) {
        let owned = written(&reference.elem);
        let message = format!("state is provided by value; write `provides({owned})`");
        return errors.at(state, message);
    }
    let text = written(state);
    errors.at(
        state,
        format!(
            "`{text}` is no state, because no value of it can be made; name the type that holds it"
        ),
    );
}

fn check_literal(literal: &Lit, errors: &Errors) {
    errors.at(
        literal,
        "a value is no state; write its type and a function that makes it, as in `provides(Record = Self::make)`",
    );
}

/// What makes state is a function of the callback.
pub(super) fn check_makers(arguments: &Arguments, errors: &Errors) {
    for member in provided(arguments) {
        if let Member::Made { state, make } = member
            && !can_make(make)
        {
            errors.at(make, no_function(state, make));
        }
    }
}

fn no_function(state: &Type, make: &Expr) -> String {
    let state = written(state);
    match make {
        Expr::Call(call) if written(&call.func).starts_with("Self::") => {
            let function = written(&call.func);
            format!("the function is named and not called; write `{state} = {function}`")
        }
        Expr::Call(call) => {
            let (function, arguments) = (written(&call.func), written(&call.args));
            format!(
                "this is a value and no function; write `{state} = |_| {function}({arguments})`"
            )
        }
        _ => format!(
            "this is no function; write one that takes `&self` and returns `{state}`, and name it: `{state} = Self::make`"
        ),
    }
}

fn provided(arguments: &Arguments) -> impl Iterator<Item = &Member> {
    let lists = arguments
        .lists()
        .filter(|(_, word, _)| *word == Word::Provides);
    lists.flat_map(|(_, _, list)| &list.members)
}
