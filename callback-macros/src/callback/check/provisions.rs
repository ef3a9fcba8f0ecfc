//! Checks the state that a callback provides. rustc checks that a type has a `Default`, and that a function returns it.

use crate::callback::model::{can_be_function, can_be_state, ungroup_type};
use crate::callback::syntax::{ArgumentName, Arguments, ListEntry};
use crate::errors::Errors;
use crate::spelling::format_tokens;
use syn::{Expr, Lit, Type};

/// State is an owned and sized type. Rejects:
///
/// ```text
/// #[callback(provides(&Best))]
/// #[callback(provides(dyn Best))]
/// #[callback(provides("record"))]
/// ```
pub(super) fn check_states(arguments: &Arguments, errors: &Errors) {
    for entry in provided(arguments) {
        match entry {
            ListEntry::Type(state) | ListEntry::WithConstructor { state, .. } => {
                check_type(state, errors);
            }
            ListEntry::Literal(literal) => report_literal(literal, errors),
            ListEntry::Invalid(_) => {}
        }
    }
}

fn check_type(state: &Type, errors: &Errors) {
    if can_be_state(state) {
        return;
    }
    if let Type::Reference(reference) = ungroup_type(state) {
        let owned = format_tokens(&reference.elem);
        let message = format!("state is provided by value; write `provides({owned})`");
        return errors.report(state, message);
    }
    let text = format_tokens(state);
    errors.report(
        state,
        format!(
            "`{text}` is no state, because no value of it can be made; name the type that holds it"
        ),
    );
}

fn report_literal(literal: &Lit, errors: &Errors) {
    errors.report(
        literal,
        "a value is no state; write its type and a function that makes it, as in `provides(Best = Self::make)`",
    );
}

/// The value after `=` is a function. Rejects:
///
/// ```text
/// #[callback(provides(Best = 3))]
/// #[callback(provides(Best = Self::make()))]
/// ```
pub(super) fn check_constructors(arguments: &Arguments, errors: &Errors) {
    for entry in provided(arguments) {
        if let ListEntry::WithConstructor { state, constructor } = entry
            && !can_be_function(constructor)
        {
            errors.report(constructor, not_a_function(state, constructor));
        }
    }
}

fn not_a_function(state: &Type, value: &Expr) -> String {
    let state = format_tokens(state);
    match value {
        Expr::Call(call) if format_tokens(&call.func).starts_with("Self::") => {
            let function = format_tokens(&call.func);
            format!("the function is named and not called; write `{state} = {function}`")
        }
        Expr::Call(call) => {
            let (function, arguments) = (format_tokens(&call.func), format_tokens(&call.args));
            format!(
                "this is a value and no function; write `{state} = |_| {function}({arguments})`"
            )
        }
        _ => format!(
            "this is no function; write one that takes `&self` and returns `{state}`, and name it: `{state} = Self::make`"
        ),
    }
}

fn provided(arguments: &Arguments) -> impl Iterator<Item = &ListEntry> {
    let lists = arguments
        .lists()
        .filter(|(_, name, _)| *name == ArgumentName::Provides);
    lists.flat_map(|(_, _, list)| &list.entries)
}
