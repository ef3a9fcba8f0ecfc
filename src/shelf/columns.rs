//! Checks that no two values of a row have the same name.

#[cfg(any(feature = "csv", feature = "json"))]
use callback_runtime::Record;
#[cfg(feature = "tensorboard")]
use std::collections::HashSet;

/// Refuses a value with the name of the round's own column, such as `record.set("epoch", 1.0)`.
#[cfg(any(feature = "csv", feature = "json"))]
pub(super) fn check_own_column(own: &str, record: &Record) -> Result<(), String> {
    if record.value(own).is_some() {
        return Err(format!(
            "`{own}` is the column of the {own}'s number; log the value with that name under another one"
        ));
    }
    Ok(())
}

/// Refuses a value with the name of another value's part, such as `energy.mean` beside the statistic `energy`.
#[cfg(feature = "json")]
pub(super) fn check_parts(record: &Record) -> Result<(), String> {
    let is_part = |name: &str| {
        let mut dots = name.match_indices('.');
        dots.any(|(dot, _)| {
            let whole = record.value(&name[..dot]);
            whole.is_some_and(|whole| whole.part(&name[dot + 1..]).is_some())
        })
    };
    let mut names = record.iter().map(|(name, _)| name);
    let duplicate = names.find(|name| is_part(name));
    duplicate.map_or(Ok(()), |name| Err(duplicate_name("name", name)))
}

/// Refuses two values with the same tag.
#[cfg(feature = "tensorboard")]
pub(super) fn check_tags<'n>(mut tags: impl Iterator<Item = &'n str>) -> Result<(), String> {
    let mut seen = HashSet::new();
    let duplicate = tags.find(|tag| !seen.insert(*tag));
    duplicate.map_or(Ok(()), |tag| Err(duplicate_name("tag", tag)))
}

/// Returns the message about two values with the same name, tag or column.
pub(super) fn duplicate_name(kind: &str, name: &str) -> String {
    format!("two values have the {kind} `{name}`; log one of them under another name")
}
