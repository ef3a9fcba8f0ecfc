//! How a measurement is reported: a Markdown table with the command that prints it again.

mod file;
mod goals;

pub(crate) use file::write;
pub(crate) use goals::{Goal, Goals};

use std::fmt;

/// The features that this program was built with. Instruction counts repeat only for the same features: with others the compiler inlines
/// differently.
pub(crate) const FEATURES: &str = if cfg!(feature = "candle") {
    ""
} else {
    " --no-default-features"
};

/// A measurement, to be printed and to be written into `BENCHMARKS.md`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Table {
    /// What is measured.
    pub(crate) title: String,
    /// What prints this table again.
    pub(crate) command: String,
    /// The heads of the columns.
    pub(crate) columns: Vec<String>,
    /// One line each, with a cell for each column.
    pub(crate) rows: Vec<Vec<String>>,
    /// What it says of our goals.
    pub(crate) goals: Vec<Goal>,
}

impl Table {
    /// A table without rows, that the measurement `name` prints.
    pub(crate) fn new<const N: usize>(title: &str, name: &str, columns: [&str; N]) -> Self {
        Self {
            title: title.into(),
            command: format!("cargo run --release -p callbacks-benches{FEATURES} -- {name}"),
            columns: columns.map(String::from).into(),
            rows: Vec::new(),
            goals: Vec::new(),
        }
    }

    /// Adds a line.
    pub(crate) fn row<C: Into<String>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// What stands below the heading.
    fn body(&self) -> String {
        let widths = self.widths();
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        let mut lines = vec![line(&self.columns, &widths), line(&rule, &widths)];
        lines.extend(self.rows.iter().map(|row| line(row, &widths)));
        format!("`{}`\n\n{}\n", self.command, lines.join("\n"))
    }

    /// The width of each column, which is that of its widest cell.
    fn widths(&self) -> Vec<usize> {
        let width =
            |line: &Vec<String>, at: usize| line.get(at).map_or(0, |cell| cell.chars().count());
        let widest = |at| {
            let widths = self.rows.iter().map(|row| width(row, at));
            widths.fold(width(&self.columns, at).max(3), usize::max)
        };
        (0..self.columns.len()).map(widest).collect()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "### {}\n\n{}", self.title, self.body())
    }
}

fn line(cells: &[String], widths: &[usize]) -> String {
    let cell = |(at, width): (usize, &usize)| {
        let cell = cells.get(at).map_or("", String::as_str);
        format!("| {cell:width$} ")
    };
    let cells: String = widths.iter().enumerate().map(cell).collect();
    format!("{cells}|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_written_with_its_command_and_the_features() {
        let mut table = Table::new("Plans", "plans", ["callbacks", "time"]);
        table.row(["10".to_owned(), format!("{:.1} ms", 0.25)]);
        let text = format!(
            "### Plans\n\n`cargo run --release -p callbacks-benches{FEATURES} -- plans`\n\n\
             | callbacks | time   |\n| --------- | ------ |\n| 10        | 0.2 ms |\n"
        );
        assert_eq!(table.to_string(), text);
    }
}
