//! Checks what the callback remembers: `persist(best)`. rustc checks that a field exists, and that its type can be saved.

use crate::callback::model::{PERSIST_SETTINGS, can_be_function, field_name};
use crate::callback::syntax::{ArgumentName, ArgumentValue, Arguments, ListEntry};
use crate::errors::Errors;
use crate::spelling::{did_you_mean, nearest};
use quote::ToTokens;
use syn::Type;

/// What a field looks like.
const FIELDS: &str = "`persist` lists fields of the callback by their names; write `persist(best)`";

/// The value after `persist =` is a function. Rejects:
///
/// ```text
/// #[callback(persist = true)]
/// #[callback(persist = Self::persist())]
/// ```
pub(super) fn check_function(arguments: &Arguments, errors: &Errors) {
    if let Some(ArgumentValue::Expr(function)) = arguments.value(ArgumentName::Persist)
        && !can_be_function(function)
    {
        errors.report(
            function,
            "`persist` takes a function; write `persist = Self::persist`, with `fn persist(&mut self, fields: &mut Fields<'_>)`, \
             or list the fields, as in `persist(best)`",
        );
    }
}

/// An entry is the name of a field. Rejects:
///
/// ```text
/// #[callback(persist("best"))]
/// #[callback(persist(self::best))]
/// #[callback(persist(version = 2))]
/// ```
pub(super) fn check_fields(arguments: &Arguments, errors: &Errors) {
    let Some(ArgumentValue::List(list)) = arguments.value(ArgumentName::Persist) else {
        return;
    };
    let mut has_field = false;
    for entry in &list.entries {
        match entry {
            ListEntry::Type(field) => {
                has_field = true;
                check_field(field, errors);
            }
            ListEntry::Literal(literal) => {
                has_field = true;
                errors.report(literal, FIELDS);
            }
            ListEntry::WithConstructor { .. } | ListEntry::Invalid(_) => {}
        }
    }
    if let (false, Some(ListEntry::WithConstructor { state, .. })) =
        (has_field, list.entries.first())
    {
        errors.report(
            state,
            "`persist` lists no field; write them first, as in `persist(best, version = 2)`",
        );
    }
}

fn check_field(field: &Type, errors: &Errors) {
    if field_name(field).is_none() {
        errors.report(field, FIELDS);
    }
}

/// The settings are `version` and `migrate`, and the latter is a function. Rejects:
///
/// ```text
/// #[callback(persist(best, vesion = 2))]
/// #[callback(persist(best, migrate = 2))]
/// ```
pub(super) fn check_settings(arguments: &Arguments, errors: &Errors) {
    let Some(ArgumentValue::List(list)) = arguments.value(ArgumentName::Persist) else {
        return;
    };
    for entry in &list.entries {
        let ListEntry::WithConstructor { state, constructor } = entry else {
            continue;
        };
        let name = state.to_token_stream().to_string();
        if !PERSIST_SETTINGS.contains(&name.as_str()) {
            let suggestion = did_you_mean(nearest(&name, PERSIST_SETTINGS));
            errors.report(state, format!("`persist` has no setting `{name}`{suggestion}\nthe settings: `version`, `migrate`"));
        } else if name == "migrate" && !can_be_function(constructor) {
            errors.report(
                constructor,
                "`migrate` takes a function; write `migrate = Self::migrate`, with \
                 `fn migrate(from: u32, fields: &mut SavedFields) -> Result<(), BoxError>`",
            );
        }
    }
}
