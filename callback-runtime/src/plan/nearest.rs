//! Which name was meant.

use strsim::damerau_levenshtein;

/// The one of `names` that `name` most likely stands for, if one is near.
pub(crate) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // Short names have few letters to be wrong in.
    let limit = (name.chars().count() / 3).min(2);
    let near = names.map(|other| (damerau_levenshtein(other, name), other));
    near.filter(|(distance, _)| (1..=limit).contains(distance))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, other)| other)
}
