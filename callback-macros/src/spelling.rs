//! Names in error messages: the nearest valid name to a misspelt one, wrapped lists, and tokens as text.

use quote::ToTokens;
use strsim::damerau_levenshtein;

/// Words that users write, each with the word that breakpoints contain.
const SYNONYMS: [(&str, &str); 12] = [
    ("start", "begin"),
    ("started", "begin"),
    ("starts", "begin"),
    ("begins", "begin"),
    ("finish", "end"),
    ("finished", "end"),
    ("ends", "end"),
    ("ended", "end"),
    ("val", "valid"),
    ("validation", "valid"),
    ("validate", "valid"),
    ("training", "train"),
];

/// Returns the candidate with the smallest distance to `name`, if that distance is small.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    nearest_with_distance(name, candidates).map(|(_, candidate)| candidate)
}

/// Like [`nearest`], with the distance before the candidate.
pub(crate) fn nearest_with_distance<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<(usize, &'a str)> {
    let distances = candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate));
    let limit = distance_limit(name);
    distances
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
}

/// Returns the largest distance at which a name is near `name`. A short name with several wrong letters resembles too many others.
pub(crate) fn distance_limit(name: &str) -> usize {
    (name.chars().count() / 4).clamp(1, 4)
}

/// Returns `: did you mean …?`, to be appended to a message about an unknown name, or nothing without a guess.
pub(crate) fn did_you_mean(guess: Option<&str>) -> String {
    guess
        .map(|guess| format!(": did you mean `{guess}`?"))
        .unwrap_or_default()
}

/// Returns the number of letters to change. Synonyms and the order of the words between underscores count as one letter.
fn distance(name: &str, candidate: &str) -> usize {
    let exact = damerau_levenshtein(name, candidate);
    let normalized = 1 + damerau_levenshtein(&normalize(name), &normalize(candidate));
    exact.min(normalized)
}

/// Sorts the words between underscores and replaces synonyms.
fn normalize(name: &str) -> String {
    let mut words: Vec<_> = name.split('_').map(replace_synonym).collect();
    words.sort_unstable();
    words.join("_")
}

fn replace_synonym(word: &str) -> &str {
    let entry = SYNONYMS.iter().find(|(synonym, _)| *synonym == word);
    entry.map_or(word, |(_, replacement)| replacement)
}

/// Joins the names with commas, in lines of at most about 90 columns.
pub(crate) fn wrap_names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut lines = vec![String::new()];
    for name in names {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(name),
            Some(line) if line.len() + name.len() < 88 => {
                line.push_str(", ");
                line.push_str(name);
            }
            _ => lines.push(name.to_owned()),
        }
    }
    lines.join(",\n    ")
}

/// Returns the name of a type in lower case with underscores: `micro_step` for `MicroStep`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// Formats tokens the way users write them: `Vec<f64>`, which `to_string` prints as `Vec < f64 >`.
pub(crate) fn format_tokens(tokens: &impl ToTokens) -> String {
    let printed = tokens.to_token_stream().to_string();
    let replacements = [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
    ];
    replacements
        .iter()
        .fold(printed, |text, (spaced, compact)| {
            text.replace(spaced, compact)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = [
        "on_epoch_begin",
        "on_epoch_end",
        "on_train_batch_end",
        "on_valid_batch_end",
    ];

    #[test]
    fn the_nearest_name_is_suggested() {
        assert_eq!(nearest("on_epoch_ned", NAMES), Some("on_epoch_end"));
        assert_eq!(
            nearest("on_train_batchend", NAMES),
            Some("on_train_batch_end")
        );
    }

    #[test]
    fn synonyms_and_swapped_words_are_near() {
        assert_eq!(nearest("on_epoch_start", NAMES), Some("on_epoch_begin"));
        assert_eq!(
            nearest("on_batch_train_end", NAMES),
            Some("on_train_batch_end")
        );
        assert_eq!(
            nearest("on_val_batch_end", NAMES),
            Some("on_valid_batch_end")
        );
    }

    #[test]
    fn a_distant_name_is_not_suggested() {
        assert_eq!(nearest("on_tuesday", NAMES), None);
    }

    #[test]
    fn long_lists_are_wrapped() {
        let names = vec!["on_train_batch_end"; 9];
        let widest = wrap_names(names).lines().map(str::len).max();
        assert!(widest < Some(96));
    }
}
