//! What there is to count of a run, and which counts are worth a line.

use crate::fit::Phase;

/// How many batches the passes of each phase have, as far as one knows.
#[derive(Debug, Clone, Default)]
pub(super) struct Lengths {
    told: [Option<u64>; 4],
    seen: [Option<u64>; 4],
}

impl Lengths {
    pub(super) fn tell(&mut self, phase: Phase, batches: u64) {
        self.told[phase as usize] = Some(batches);
    }

    /// The length that was set, or else that of the longest pass so far.
    pub(super) fn of(&self, phase: Phase) -> Option<u64> {
        self.told[phase as usize].or(self.seen[phase as usize])
    }

    pub(super) fn see(&mut self, phase: Phase, batches: u64) {
        let seen = &mut self.seen[phase as usize];
        *seen = (*seen).max(Some(batches));
    }

    /// The next run may have other batches.
    pub(super) fn forget(&mut self) {
        self.seen = Default::default();
    }
}

/// Whether a line is due behind so many of a total: each time another part of it is complete. Without a total that can be, at 1, 2,
/// 5, 10, 20, 50 and so on.
pub(super) fn is_due(position: u64, total: Option<u64>, parts: u64) -> bool {
    match total.filter(|total| position <= *total) {
        Some(total) => {
            complete(position, total, parts) > complete(position.saturating_sub(1), total, parts)
        }
        None => is_round(position),
    }
}

fn complete(position: u64, total: u64, parts: u64) -> u128 {
    u128::from(position) * u128::from(parts) / u128::from(total.max(1))
}

fn is_round(mut position: u64) -> bool {
    while position >= 10 && position.is_multiple_of(10) {
        position /= 10;
    }
    matches!(position, 1 | 2 | 5)
}

#[cfg(test)]
mod tests {
    use super::{Lengths, is_due};
    use crate::fit::Phase;

    fn due(total: Option<u64>, parts: u64) -> Vec<u64> {
        (0..=60).filter(|at| is_due(*at, total, parts)).collect()
    }

    #[test]
    fn a_line_is_due_for_each_part_and_for_every_count_of_a_short_run() {
        assert_eq!(due(Some(60), 4), [15, 30, 45, 60]);
        assert_eq!(due(Some(7), 3), [3, 5, 7, 10, 20, 50]);
        assert_eq!(due(Some(3), 100), [1, 2, 3, 5, 10, 20, 50]);
    }

    #[test]
    fn without_a_total_lines_become_rare() {
        assert_eq!(due(None, 10), [1, 2, 5, 10, 20, 50]);
        assert_eq!(due(Some(0), 10), due(None, 10));
    }

    #[test]
    fn what_was_reported_goes_before_what_was_seen() {
        let mut lengths = Lengths::default();
        lengths.see(Phase::Train, 7);
        lengths.see(Phase::Train, 3);
        assert_eq!(lengths.of(Phase::Train), Some(7));
        lengths.tell(Phase::Train, 9);
        lengths.forget();
        assert_eq!(lengths.of(Phase::Train), Some(9));
        assert_eq!(lengths.of(Phase::Valid), None);
    }
}
