//! What we want, and whether it is so.

use super::Table;

/// One goal, as its measurement found it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Goal {
    /// What is wanted. This is what a goal is known by.
    pub(crate) wanted: String,
    pub(crate) measured: String,
    pub(crate) is_met: bool,
    /// The heading in `BENCHMARKS.md` that explains it.
    pub(crate) section: &'static str,
}

/// All goals that are known: those of the tables measured now, and those that the file had.
#[derive(Debug, Default)]
pub(crate) struct Goals {
    rows: Vec<Vec<String>>,
}

impl Goals {
    pub(crate) const TITLE: &str = "Goals";

    /// Those of a table written before, of which the measured ones are replaced.
    pub(crate) fn of_text(table: &str) -> Self {
        let cells = |line: &str| -> Vec<String> {
            let cells = line.trim_matches('|').split(" | ");
            cells.map(|cell| cell.trim().to_owned()).collect()
        };
        let lines = table.lines().filter(|line| line.starts_with('|'));
        Self {
            rows: lines.skip(2).map(cells).collect(),
        }
    }

    pub(crate) fn take_in(&mut self, goals: &[Goal]) {
        for goal in goals {
            let row = goal.row();
            match self.rows.iter_mut().find(|old| old.first() == row.first()) {
                Some(old) => *old = row,
                None => self.rows.push(row),
            }
        }
    }

    pub(crate) fn are_none(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn table(&self) -> Table {
        let columns = ["goal", "measured", "met"];
        let mut table = Table::new(Self::TITLE, "write", columns);
        table.rows.clone_from(&self.rows);
        table
    }
}

impl Goal {
    fn row(&self) -> Vec<String> {
        let anchor: String = self.section.to_lowercase().replace(' ', "-");
        let anchor = anchor.replace([',', '.'], "");
        let met = if self.is_met { "yes" } else { "no" };
        let met = format!("[{met}](#{anchor})");
        vec![self.wanted.clone(), self.measured.clone(), met]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(wanted: &str, measured: &str) -> Goal {
        Goal {
            wanted: wanted.into(),
            measured: measured.into(),
            is_met: measured == "3",
            section: "What is missed, and why",
        }
    }

    #[test]
    fn what_was_not_measured_again_stays() {
        let mut goals = Goals::default();
        goals.take_in(&[goal("at most 4", "5"), goal("at least 2", "3")]);
        let mut again = Goals::of_text(&goals.table().to_string());
        again.take_in(&[goal("at most 4", "3"), goal("flat", "3")]);
        let yes = "[yes](#what-is-missed-and-why)";
        assert_eq!(
            again.rows,
            [
                ["at most 4", "3", yes],
                ["at least 2", "3", yes],
                ["flat", "3", yes]
            ]
        );
    }
}
