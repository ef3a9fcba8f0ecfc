//! Checks the relations of a callback to others: `after(Metrics)`, `group(Measures)`.

use super::lists::Subject;
use crate::callback::model::{Model, can_name_callbacks, ungroup_type};
use crate::callback::syntax::{ArgumentName, Arguments, ListEntry};
use crate::errors::Errors;
use crate::spelling::format_tokens;
use proc_macro2::Ident;
use syn::{Expr, Lit, LitStr, Type};

/// The pairs of arguments that cannot both name the same callback.
const OPPOSITES: [(ArgumentName, ArgumentName); 2] = [
    (ArgumentName::After, ArgumentName::Before),
    (ArgumentName::Requires, ArgumentName::Incompatible),
];

/// An entry is a type, a group or a name in quotes. An entry of `group(…)` is a type. Rejects:
///
/// ```text
/// #[callback(after(3))]
/// #[callback(after(&Metrics))]
/// #[callback(after(Metrics = 3))]
/// #[callback(group("Measures"))]
/// ```
pub(super) fn check_entries(arguments: &Arguments, errors: &Errors) {
    for (ident, name, list) in arguments.lists() {
        if !name.names_callbacks() && name != ArgumentName::Group {
            continue;
        }
        for entry in &list.entries {
            match entry {
                ListEntry::Type(ty) => check_type(ident, name, ty, errors),
                ListEntry::WithConstructor { state, constructor } => {
                    report_constructor(ident, state, constructor, errors);
                }
                ListEntry::Literal(literal) => check_literal(ident, name, literal, errors),
                ListEntry::Invalid(_) => {}
            }
        }
    }
}

fn check_type(ident: &Ident, name: ArgumentName, ty: &Type, errors: &Errors) {
    if let Type::TraitObject(object) = ungroup_type(ty)
        && object.dyn_token.is_none()
    {
        return errors.report(
            ty,
            "two in one place; write a comma between them, or `dyn` in front of a trait",
        );
    }
    if !can_name_callbacks(ty) {
        errors.report(ty, not_a_callback(ident, name));
    }
}

fn report_constructor(ident: &Ident, state: &Type, constructor: &Expr, errors: &Errors) {
    let state = format_tokens(state);
    errors.report(
        constructor,
        format!("`{ident}` names others and makes nothing; write `{ident}({state})`"),
    );
}

fn check_literal(ident: &Ident, name: ArgumentName, literal: &Lit, errors: &Errors) {
    match literal {
        Lit::Str(string) if name == ArgumentName::Group => {
            errors.report(string, group_in_quotes(string));
        }
        Lit::Str(string) if string.value().trim().is_empty() => {
            errors.report(string, "an empty name; write what the callback is called");
        }
        Lit::Str(_) => {}
        _ => errors.report(literal, not_a_callback(ident, name)),
    }
}

fn group_in_quotes(string: &LitStr) -> String {
    let is_type = syn::parse_str::<syn::Path>(&string.value()).is_ok();
    let group = if is_type {
        string.value()
    } else {
        "Monitors".to_owned()
    };
    format!("a group is a type, and no text; write `group({group})`")
}

fn not_a_callback(ident: &Ident, name: ArgumentName) -> String {
    if name == ArgumentName::Group {
        format!(
            "this names no group; write the path of a type, as in `{ident}(Monitors)`, or `dyn` and a trait"
        )
    } else {
        format!(
            "this names no callback; write a type, a group or a name, as in `{ident}(Metrics)` or `{ident}(\"loss\")`"
        )
    }
}

/// Two lists that exclude each other have no entry in common. Rejects:
///
/// ```text
/// #[callback(after(Metrics), before(Metrics))]
/// #[callback(requires("loss"), incompatible("loss"))]
/// ```
pub(super) fn check_contradictions(arguments: &Arguments, errors: &Errors) {
    let lists: Vec<_> = arguments.lists().collect();
    for (index, (ident, name, list)) in lists.iter().enumerate() {
        for (first_ident, first_name, first_list) in &lists[..index] {
            if !are_opposites(*first_name, *name) {
                continue;
            }
            let first_list = first_list.entries.iter().filter_map(Subject::of_entry);
            let first_list: Vec<_> = first_list.collect();
            for second in list.entries.iter().filter_map(Subject::of_entry) {
                if let Some(first) = first_list.iter().find(|first| first.text == second.text) {
                    let (text, line) = (&second.text, first.line);
                    let message = format!(
                        "`{ident}({text})` contradicts `{first_ident}({text})` on line {line}; keep one of them"
                    );
                    errors.report(&second.tokens, message);
                }
            }
        }
    }
}

fn are_opposites(first: ArgumentName, second: ArgumentName) -> bool {
    OPPOSITES.contains(&(first, second)) || OPPOSITES.contains(&(second, first))
}

/// A callback has no order with itself, does not require itself and is not a group of itself. Rejects:
///
/// ```text
/// #[callback(after(Self))]
/// impl PrintLoss { … }
///
/// #[callback(requires(PrintLoss))]
/// impl PrintLoss { … }
/// ```
pub(super) fn check_not_to_itself(model: &Model, errors: &Errors) {
    for (ident, name, list) in model.arguments.lists() {
        let Some(reason) = reason_against_itself(name) else {
            continue;
        };
        for entry in list.entries.iter().filter(|entry| is_itself(entry, model)) {
            if let Some(Subject { tokens, text, .. }) = Subject::of_entry(entry) {
                errors.report(&tokens, format!("`{ident}({text})` {reason}"));
            }
        }
    }
}

/// Returns why the argument cannot name the callback itself. `None` for the others: `incompatible(Self)` allows one instance.
fn reason_against_itself(name: ArgumentName) -> Option<&'static str> {
    match name {
        ArgumentName::After | ArgumentName::Before => Some(
            "orders nothing, because a callback has no order with itself; name another, and order its instances where they are attached",
        ),
        ArgumentName::Requires => Some("is always so; name another, or leave it out"),
        ArgumentName::Group => {
            Some("is always so, because a type is a group of its own; leave it out")
        }
        _ => None,
    }
}

fn is_itself(entry: &ListEntry, model: &Model) -> bool {
    match entry {
        ListEntry::Type(ty) => {
            let ty = format_tokens(ungroup_type(ty));
            ty == "Self" || ty == format_tokens(ungroup_type(&model.header.self_type))
        }
        ListEntry::Literal(Lit::Str(name)) => {
            let own_name = model.settings.name.as_ref();
            own_name.is_some_and(|own_name| own_name.value() == name.value())
        }
        _ => false,
    }
}
