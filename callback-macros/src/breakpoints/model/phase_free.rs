//! Names without their phase.

/// `on_batch_end` for `on_train_batch_end` in the phase `train`, and `on_phase_end` for its own `on_train_end`.
/// `None` for a name without the phase in it.
pub(super) fn name(name: &str, phase: &str, is_pair: bool) -> Option<String> {
    let words: Vec<_> = name.split('_').collect();
    let phase: Vec<_> = phase.split('_').collect();
    let at = words
        .windows(phase.len())
        .position(|window| window == phase)?;
    if at == 0 {
        // It begins like no handler, and a rule says so.
        return None;
    }
    let instead: &[_] = if is_pair { &["phase"] } else { &[] };
    let (before, after) = (&words[..at], &words[at + phase.len()..]);
    let free = [before, instead, after].concat();
    (free.len() > 1).then(|| free.join("_"))
}

#[cfg(test)]
mod tests {
    use super::name;

    #[test]
    fn the_phase_is_left_out_of_names_inside_it() {
        assert_eq!(
            name("on_train_batch_end", "train", false).as_deref(),
            Some("on_batch_end")
        );
        assert_eq!(
            name("on_batch_warm_up", "warm_up", false).as_deref(),
            Some("on_batch")
        );
    }

    #[test]
    fn its_own_pair_is_named_after_phases() {
        assert_eq!(
            name("on_train_begin", "train", true).as_deref(),
            Some("on_phase_begin")
        );
        assert_eq!(
            name("before_train", "train", true).as_deref(),
            Some("before_phase")
        );
    }

    #[test]
    fn a_name_without_the_phase_has_none() {
        assert_eq!(name("on_trainer_begin", "train", false), None);
        assert_eq!(name("on_train", "train", false), None);
        assert_eq!(name("train_2_begin", "train", false), None);
    }
}
