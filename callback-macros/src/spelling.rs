//! Which word was meant.

use quote::ToTokens;
use strsim::damerau_levenshtein;

/// Words that are often written for others.
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

/// The candidate that `word` most likely stands for, if one is near.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let near = candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate));
    // Short words have few letters to be wrong in.
    let limit = (word.chars().count() / 4).clamp(1, 4);
    near.filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The number of letters to mend, where synonyms and the order of the words between underscores cost one.
fn distance(word: &str, candidate: &str) -> usize {
    let plain = damerau_levenshtein(word, candidate);
    let loose = 1 + damerau_levenshtein(&normal(word), &normal(candidate));
    plain.min(loose)
}

/// The words in order, synonyms replaced.
fn normal(name: &str) -> String {
    let mut words: Vec<_> = name.split('_').map(meaning).collect();
    words.sort_unstable();
    words.join("_")
}

fn meaning(word: &str) -> &str {
    let known = SYNONYMS.iter().find(|(synonym, _)| *synonym == word);
    known.map_or(word, |(_, meaning)| meaning)
}

/// The names between commas, in lines of at most about 90 columns.
pub(crate) fn wrapped<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
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

/// Tokens the way people write them: `Vec<f64>`, where they print as `Vec < f64 >`.
pub(crate) fn written(tokens: &impl ToTokens) -> String {
    let printed = tokens.to_token_stream().to_string();
    let spaced = [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        (" >", ">"),
        (" ,", ","),
        ("& ", "&"),
    ];
    spaced
        .iter()
        .fold(printed, |text, (spaced, plain)| text.replace(spaced, plain))
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
    fn the_nearest_name_wins() {
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
    fn what_is_far_is_not_guessed() {
        assert_eq!(nearest("on_tuesday", NAMES), None);
    }

    #[test]
    fn long_lists_are_wrapped() {
        let names = vec!["on_train_batch_end"; 9];
        let widest = wrapped(names).lines().map(str::len).max();
        assert!(widest < Some(96));
    }
}
