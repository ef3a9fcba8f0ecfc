//! The names under which loggers write: no two of them are the same.

#[cfg(feature = "json")]
use crate::driver::LogData;
#[cfg(feature = "tensorboard")]
use std::collections::HashSet;

/// The loop's own column has its name for itself.
#[cfg(any(feature = "csv", feature = "json"))]
pub(super) fn refuse<'n>(
    own: &str,
    mut names: impl Iterator<Item = &'n str>,
) -> Result<(), String> {
    if names.any(|name| name == own) {
        return Err(format!(
            "`{own}` is the column that says which {own} it is; log what has that name under another one"
        ));
    }
    Ok(())
}

/// No value is called as a part of another one is.
#[cfg(feature = "json")]
pub(super) fn refuse_parts(log: &LogData) -> Result<(), String> {
    let is_part = |name: &str| {
        let mut dots = name.match_indices('.');
        dots.any(|(at, _)| {
            let whole = log.get(&name[..at]);
            whole.is_some_and(|whole| whole.part(&name[at + 1..]).is_some())
        })
    };
    let mut names = log.iter().map(|(name, _)| name);
    let twice = names.find(|name| is_part(name));
    twice.map_or(Ok(()), |name| Err(two_have("name", name)))
}

/// Each tag has one value.
#[cfg(feature = "tensorboard")]
pub(super) fn refuse_twice<'n>(mut tags: impl Iterator<Item = &'n str>) -> Result<(), String> {
    let mut once = HashSet::new();
    let twice = tags.find(|tag| !once.insert(*tag));
    twice.map_or(Ok(()), |tag| Err(two_have("tag", tag)))
}

pub(super) fn two_have(what: &str, name: &str) -> String {
    format!("two values have the {what} `{name}`; log one of them under another name")
}
