//! Checks the attributes of a derive, above its struct and above the fields.

use crate::derive::model::Model;
use crate::derive::syntax::{Helper, Word};
use crate::errors::Errors;
use crate::spelling::{did_you_mean, nearest};

/// The words that an attribute may have, above the struct and above a field.
const OF_STRUCT: &str = "crate";
const OF_FIELD: &str = "skip";

/// The word is `skip` above a field, and `crate = path` above the struct. Rejects:
///
/// ```text
/// #[parameters(skp)]
/// calls: u64,
/// ```
pub(super) fn check_words(model: &Model, errors: &Errors) {
    for helper in &model.declaration.helpers {
        check_helper(model, helper, OF_STRUCT, errors);
    }
    for field in &model.declaration.fields {
        for helper in &field.helpers {
            check_helper(model, helper, OF_FIELD, errors);
        }
    }
}

fn check_helper(model: &Model, helper: &Helper, expected: &str, errors: &Errors) {
    let attribute = model.derived().helper();
    let Some(words) = &helper.words else {
        return;
    };
    let usage = match expected {
        OF_FIELD => format!("write `#[{attribute}(skip)]` above a field that has none"),
        _ => format!("write `#[{attribute}(crate = path)]` above the struct"),
    };
    if words.is_empty() {
        let message = format!("this attribute says nothing; {usage}");
        errors.report(&helper.name, message);
    }
    for word in words {
        if let Some(message) = problem_of(word, expected, &usage) {
            errors.report(&word.name, message);
        }
    }
}

fn problem_of(Word { name, value }: &Word, expected: &str, usage: &str) -> Option<String> {
    let text = name.to_string();
    match (text.as_str(), value) {
        (OF_FIELD, None) | (OF_STRUCT, Some(_)) if text == expected => None,
        (OF_FIELD, _) if expected == OF_FIELD => Some(format!("`skip` has no value; {usage}")),
        (OF_STRUCT, _) if expected == OF_STRUCT => Some(format!("`crate` needs a path; {usage}")),
        (OF_FIELD, _) => Some("`skip` belongs above a field; move it there".to_owned()),
        (OF_STRUCT, _) => Some("`crate` belongs above the struct; move it there".to_owned()),
        _ => Some(match nearest(&text, [expected]) {
            guess @ Some(_) => format!("unknown word `{text}`{}", did_you_mean(guess)),
            None => format!("unknown word `{text}`; {usage}"),
        }),
    }
}

/// A word is written once. Rejects:
///
/// ```text
/// #[parameters(skip, skip)]
/// calls: u64,
/// ```
pub(super) fn check_once(model: &Model, errors: &Errors) {
    let fields = model.declaration.fields.iter();
    let lists = fields.map(|field| &field.helpers);
    for helpers in lists.chain([&model.declaration.helpers]) {
        let words = helpers
            .iter()
            .flat_map(|helper| helper.words.iter().flatten());
        let mut seen: Vec<&Word> = Vec::new();
        for word in words {
            if seen.iter().any(|earlier| earlier.name == word.name) {
                let name = &word.name;
                errors.report(name, format!("`{name}` is written twice; remove one"));
            }
            seen.push(word);
        }
    }
}
