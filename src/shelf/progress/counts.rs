//! The number of batches in a pass, and the positions at which a line is printed.

use crate::fit::Phase;

/// The number of batches in the passes of each phase.
#[derive(Debug, Clone, Default)]
pub(super) struct BatchCounts {
    /// The numbers from the settings.
    given: [Option<u64>; 4],
    /// The lengths of the longest passes of the run so far.
    seen: [Option<u64>; 4],
}

impl BatchCounts {
    pub(super) fn set(&mut self, phase: Phase, batches: u64) {
        self.given[phase as usize] = Some(batches);
    }

    /// Returns the number from the settings, else that of the longest pass so far.
    pub(super) fn get(&self, phase: Phase) -> Option<u64> {
        self.given[phase as usize].or(self.seen[phase as usize])
    }

    /// Records the length of a pass.
    pub(super) fn record(&mut self, phase: Phase, batches: u64) {
        let seen = &mut self.seen[phase as usize];
        *seen = (*seen).max(Some(batches));
    }

    /// Removes what was recorded, since the next run may have other batches.
    pub(super) fn clear_recorded(&mut self) {
        self.seen = Default::default();
    }
}

/// Whether a line is due at a position: the total has `parts` parts, and a line is due when another part is complete. Without a total, or
/// beyond it, lines are due at 1, 2, 5, 10, 20, 50 and so on.
pub(super) fn is_due(position: u64, total: Option<u64>, parts: u64) -> bool {
    match total.filter(|total| position <= *total) {
        Some(total) => {
            let before = position.saturating_sub(1);
            complete_parts(position, total, parts) > complete_parts(before, total, parts)
        }
        None => is_round(position),
    }
}

fn complete_parts(position: u64, total: u64, parts: u64) -> u128 {
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
    use super::{BatchCounts, is_due};
    use crate::fit::Phase;

    fn due_positions(total: Option<u64>, parts: u64) -> Vec<u64> {
        let positions = 0..=60;
        positions
            .filter(|position| is_due(*position, total, parts))
            .collect()
    }

    #[test]
    fn a_line_is_due_for_each_part_and_for_every_position_of_a_short_run() {
        assert_eq!(due_positions(Some(60), 4), [15, 30, 45, 60]);
        assert_eq!(due_positions(Some(7), 3), [3, 5, 7, 10, 20, 50]);
        assert_eq!(due_positions(Some(3), 100), [1, 2, 3, 5, 10, 20, 50]);
    }

    #[test]
    fn without_a_total_lines_become_rare() {
        assert_eq!(due_positions(None, 10), [1, 2, 5, 10, 20, 50]);
        assert_eq!(due_positions(Some(0), 10), due_positions(None, 10));
    }

    #[test]
    fn a_batch_count_of_the_settings_wins_over_recorded_ones() {
        let mut counts = BatchCounts::default();
        counts.record(Phase::Train, 7);
        counts.record(Phase::Train, 3);
        assert_eq!(counts.get(Phase::Train), Some(7));
        counts.set(Phase::Train, 9);
        counts.clear_recorded();
        assert_eq!(counts.get(Phase::Train), Some(9));
        assert_eq!(counts.get(Phase::Valid), None);
    }
}
