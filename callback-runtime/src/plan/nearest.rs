//! Suggestions for misspelt names.

use strsim::damerau_levenshtein;

/// Returns the one of `names` that is most similar to `name`, if it differs in at most two letters.
pub(crate) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // A third of the letters may differ, so that a short name does not suggest an unrelated one.
    let limit = (name.chars().count() / 3).min(2);
    let near = names.map(|other| (damerau_levenshtein(other, name), other));
    near.filter(|(distance, _)| (1..=limit).contains(distance))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}
