//! The table of the peers' values: one case for each line.

use callbacks::metrics::Table;

const TABLE: &str = include_str!("../peers/metrics/table.tsv");

/// A case, or one batch of it.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) metric: String,
    settings: String,
    /// All numbers, row after row.
    pub(crate) predictions: Vec<f64>,
    pub(crate) targets: Vec<f64>,
    pub(crate) weights: Option<Vec<f64>>,
    columns: usize,
    target_columns: usize,
    /// What scikit-learn returns; `None` if it has no such metric or refuses the case.
    pub(crate) sklearn: Option<Vec<f64>>,
    /// The same of torchmetrics.
    pub(crate) torchmetrics: Option<Vec<f64>>,
}

pub(crate) fn cases() -> Vec<Case> {
    let mut lines = TABLE.lines();
    let head = lines.next().unwrap();
    assert!(
        head.ends_with("scikit-learn 1.9.1\ttorchmetrics 1.9.0"),
        "{head}"
    );
    lines.map(Case::parse).collect()
}

impl Case {
    fn parse(line: &str) -> Self {
        let cells: Vec<&str> = line.split('\t').collect();
        let [
            metric,
            settings,
            predictions,
            targets,
            weights,
            sklearn,
            torchmetrics,
        ] = cells[..]
        else {
            panic!("`{line}` has other cells");
        };
        let (predictions, columns) = parse_rows(predictions).unwrap();
        let (targets, target_columns) = parse_rows(targets).unwrap_or_default();
        Self {
            metric: metric.to_owned(),
            settings: settings.to_owned(),
            predictions,
            targets,
            weights: parse_rows(weights).map(|(weights, _)| weights),
            columns,
            target_columns,
            sklearn: parse_rows(sklearn).map(|(values, _)| values),
            torchmetrics: parse_rows(torchmetrics).map(|(values, _)| values),
        }
    }

    /// The case in two batches, between them one without samples.
    pub(crate) fn batches(&self) -> [Self; 3] {
        let samples = self.predictions.len() / self.columns;
        let half = samples / 2;
        [0..half, half..half, half..samples].map(|range| self.part(range))
    }

    /// Some of the samples.
    pub(crate) fn part(&self, samples: std::ops::Range<usize>) -> Self {
        let of = |values: &Vec<f64>, columns: usize| {
            let range = samples.start * columns..samples.end * columns;
            values.get(range).unwrap_or_default().to_vec()
        };
        Self {
            predictions: of(&self.predictions, self.columns),
            targets: of(&self.targets, self.target_columns),
            weights: self.weights.as_ref().map(|weights| of(weights, 1)),
            ..self.clone()
        }
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.settings.split(' ').any(|other| other == word)
    }

    /// The word behind `name`.
    pub(crate) fn setting(&self, name: &str) -> Option<&str> {
        let mut words = self.settings.split(' ');
        words.find(|word| *word == name)?;
        words.next()
    }

    pub(crate) fn count(&self, name: &str) -> usize {
        let words: Vec<&str> = self.settings.split(' ').collect();
        // `average class 1` has the word twice.
        let at = words.iter().rposition(|word| *word == name).unwrap();
        words[at + 1].parse().unwrap()
    }

    /// Whether our metric has no value.
    pub(crate) fn is_undefined(&self) -> bool {
        self.settings.split(' ').next_back() == Some("undefined")
            && !self.settings.contains("zero_division")
    }

    /// Whether our metric has the value of the peers.
    pub(crate) fn has_value(&self) -> bool {
        !self.is_undefined() && !self.has("lacks")
    }

    /// The predictions as rows of scores.
    pub(crate) fn rows(&self) -> Table<'_, f64> {
        Table::new(&self.predictions[..], self.columns).unwrap()
    }

    /// The predictions as classes.
    pub(crate) fn guesses(&self) -> Vec<u32> {
        to_classes(&self.predictions)
    }

    /// The targets as classes.
    pub(crate) fn classes(&self) -> Vec<u32> {
        to_classes(&self.targets)
    }

    /// The targets as rows of labels.
    pub(crate) fn labels(&self) -> Table<'static, bool> {
        let labels: Vec<bool> = self.targets.iter().map(|label| *label > 0.5).collect();
        Table::new(labels, self.target_columns).unwrap()
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the table has small classes"
)]
fn to_classes(values: &[f64]) -> Vec<u32> {
    values.iter().map(|value| *value as u32).collect()
}

/// Parses rows of numbers, and the length of a row. A list of numbers has rows of one.
fn parse_rows(cell: &str) -> Option<(Vec<f64>, usize)> {
    if matches!(cell, "-" | "error" | "") {
        return None;
    }
    let parse = |row: &str| {
        row.split(' ')
            .map(|number| number.parse().unwrap())
            .collect()
    };
    let Some(rows) = cell.strip_suffix('|') else {
        return Some((parse(cell), 1));
    };
    let rows: Vec<Vec<f64>> = rows.split('|').map(parse).collect();
    let columns = rows.first()?.len();
    Some((rows.concat(), columns))
}
