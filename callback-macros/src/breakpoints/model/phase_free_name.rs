//! The names of breakpoints without their phase.

/// Returns `on_batch_end` for `on_train_batch_end` in the phase `train`, and `None` if the name does not contain the phase.
///
/// The two breakpoints at which the phase itself begins and ends (`is_begin_or_end`) keep the word: `on_phase_end` for
/// `on_train_end`.
pub(super) fn phase_free_name(name: &str, phase: &str, is_begin_or_end: bool) -> Option<String> {
    let words: Vec<_> = name.split('_').collect();
    let phase: Vec<_> = phase.split('_').collect();
    let start = words
        .windows(phase.len())
        .position(|window| window == phase)?;
    if start == 0 {
        // The name lacks the prefix of a handler, and a rule reports that.
        return None;
    }
    let replacement: &[_] = if is_begin_or_end { &["phase"] } else { &[] };
    let (before, after) = (&words[..start], &words[start + phase.len()..]);
    let phase_free = [before, replacement, after].concat();
    (phase_free.len() > 1).then(|| phase_free.join("_"))
}

#[cfg(test)]
mod tests {
    use super::phase_free_name;

    #[test]
    fn the_phase_is_removed_from_names_inside_it() {
        assert_eq!(
            phase_free_name("on_train_batch_end", "train", false).as_deref(),
            Some("on_batch_end")
        );
        assert_eq!(
            phase_free_name("on_batch_warm_up", "warm_up", false).as_deref(),
            Some("on_batch")
        );
    }

    #[test]
    fn the_begin_and_the_end_of_a_phase_are_named_on_phase() {
        assert_eq!(
            phase_free_name("on_train_begin", "train", true).as_deref(),
            Some("on_phase_begin")
        );
        assert_eq!(
            phase_free_name("before_train", "train", true).as_deref(),
            Some("before_phase")
        );
    }

    #[test]
    fn a_name_that_does_not_contain_the_phase_has_no_phase_free_name() {
        assert_eq!(phase_free_name("on_trainer_begin", "train", false), None);
        assert_eq!(phase_free_name("on_train", "train", false), None);
        assert_eq!(phase_free_name("train_2_begin", "train", false), None);
    }
}
