//! How a measurement is told: a Markdown table with the command that prints it again.

use std::fmt;

/// A measurement, to be printed and to be copied into `BENCHMARKS.md`.
///
/// ```
/// use callbacks_benches::report::Table;
///
/// let mut table = Table::new("Empty breakpoints", "empty", ["contender", "instructions"]);
/// table.row(["ours", "3"]);
/// table.note("Counted, not timed.");
/// let printed = table.to_string();
/// assert!(printed.starts_with("### Empty breakpoints\n"));
/// assert!(printed.contains("| ours      | 3            |"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What is measured.
    pub title: String,
    /// What prints this table again.
    pub command: String,
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// One line each, with a cell for each column.
    pub rows: Vec<Vec<String>>,
    /// What a reader must know to read the numbers right, a paragraph each.
    pub notes: Vec<String>,
}

impl Table {
    /// A table without rows, that the measurement `name` prints.
    ///
    /// ```
    /// use callbacks_benches::report::Table;
    ///
    /// let table = Table::new("Plans", "plans", ["callbacks", "time"]);
    /// assert_eq!(table.command, "cargo run --release -p callbacks-benches -- plans");
    /// ```
    pub fn new<const N: usize>(title: &str, name: &str, columns: [&str; N]) -> Self {
        Self {
            title: title.into(),
            command: format!("cargo run --release -p callbacks-benches -- {name}"),
            columns: columns.map(String::from).into(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a line.
    ///
    /// ```
    /// # use callbacks_benches::report::Table;
    /// let mut table = Table::new("Plans", "plans", ["callbacks", "time"]);
    /// table.row(["10".to_owned(), format!("{:.1} ms", 0.25)]);
    /// assert_eq!(table.rows, [["10", "0.2 ms"]]);
    /// ```
    pub fn row<C: Into<String>>(&mut self, cells: impl IntoIterator<Item = C>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Adds a paragraph below the table.
    ///
    /// ```
    /// # use callbacks_benches::report::Table;
    /// let mut table = Table::new("Plans", "plans", ["callbacks", "time"]);
    /// table.note("Without edges.");
    /// assert!(table.to_string().ends_with("\nWithout edges.\n"));
    /// ```
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
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
        let widths = self.widths();
        writeln!(f, "### {}\n\n`{}`\n", self.title, self.command)?;
        write_line(f, &self.columns, &widths)?;
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        write_line(f, &rule, &widths)?;
        for row in &self.rows {
            write_line(f, row, &widths)?;
        }
        for note in &self.notes {
            writeln!(f, "\n{note}")?;
        }
        Ok(())
    }
}

fn write_line(f: &mut fmt::Formatter<'_>, cells: &[String], widths: &[usize]) -> fmt::Result {
    for (at, width) in widths.iter().enumerate() {
        let cell = cells.get(at).map_or("", String::as_str);
        write!(f, "| {cell:width$} ")?;
    }
    writeln!(f, "|")
}
