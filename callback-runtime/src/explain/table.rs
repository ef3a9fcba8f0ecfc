//! Writes an explanation as text: a table for each breakpoint, then the declared orders, the undecided ones and the notes.

use super::Explanation;
use super::rows::{Listing, Row};
use crate::outcome::OnFailure;
use crate::plan::ProblemKind;
use crate::plan::{length, one_line, wrap};
use std::collections::HashSet;
use std::fmt::{self, Display, Write};

/// The maximum width of a table in characters. A table with a longer word is wider.
const WIDTH: usize = 100;
const INDENT: &str = "  ";
const GAP: &str = "  ";

/// A column of the tables. It is shown if one of its cells is not empty.
struct Column {
    title: &'static str,
    fit: Fit,
    /// Returns the text of a row in this column.
    cell: fn(&Row) -> String,
}

/// How the cells of a column fit into a smaller width.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// They do not: the column keeps its width.
    Whole,
    /// They wrap at spaces.
    Wraps,
    /// They are paths, and lose their first folders.
    Shortens,
}

const COLUMNS: [Column; 11] = [
    column("#", Fit::Whole, |row| row.place.to_string()),
    column("callback", Fit::Wraps, |row| row.callback.clone()),
    column("weight", Fit::Whole, |row| row.weight.to_string()),
    column("why", Fit::Wraps, why_text),
    column("reads", Fit::Wraps, |row| or_dash(&row.reads)),
    column("writes", Fit::Wraps, |row| or_dash(&row.writes)),
    column("provides", Fit::Wraps, |row| row.provides.join(", ")),
    column("period", Fit::Wraps, |row| {
        row.period.clone().unwrap_or_default()
    }),
    column("executor", Fit::Wraps, |row| {
        row.executor.clone().unwrap_or_default()
    }),
    column("on failure", Fit::Wraps, failure_text),
    column("where", Fit::Shortens, location_text),
];

const fn column(title: &'static str, fit: Fit, cell: fn(&Row) -> String) -> Column {
    Column { title, fit, cell }
}

pub(super) fn write(explanation: &Explanation, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let count = explanation.callbacks.len();
    let plural = if count == 1 { "" } else { "s" };
    writeln!(f, "{}, {count} callback{plural}", explanation.loop_name)?;
    write_listings(&explanation.listings, f)?;
    write_section("declared order", &explanation.orders, f)?;
    let title = "ordered by insertion alone; `strict()` makes these problems";
    write_section(title, &explanation.undecided, f)?;
    // The section above lists the pairs that this note only counts.
    let notes = explanation.notes.iter();
    let others = notes.filter(|note| note.kind() != ProblemKind::Undecided);
    write_section("notes", &others.collect::<Vec<_>>(), f)
}

/// Writes a title and its lines, without duplicates; nothing if there are no lines.
fn write_section(title: &str, lines: &[impl Display], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}")?;
    // Several callbacks of one generic type may have the same declaration at the same location.
    let mut written = HashSet::new();
    for line in lines.iter().map(|line| one_line(&line.to_string())) {
        if written.insert(line.clone()) {
            writeln!(f, "{INDENT}{line}")?;
        }
    }
    Ok(())
}

/// A column that is shown.
struct ShownColumn {
    fit: Fit,
    /// The title, then the text of each row of all tables.
    cells: Vec<String>,
    width: usize,
    /// The least width.
    least: usize,
}

/// Writes a table for each breakpoint. All tables have the same columns with the same widths, so that a reader can compare them.
fn write_listings(listings: &[Listing], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let rows: Vec<&Row> = listings.iter().flat_map(Listing::rows).collect();
    let columns: Vec<ShownColumn> = COLUMNS
        .iter()
        .filter_map(|column| column.of_rows(&rows))
        .collect();
    let columns = fit_widths(columns);
    let mut next = 1;
    for listing in listings {
        writeln!(f, "\n{}", listing.breakpoint)?;
        write_row(0, &columns, f)?;
        for _ in &listing.rows {
            write_row(next, &columns, f)?;
            next += 1;
        }
    }
    Ok(())
}

impl Column {
    /// Returns the column with its cells; `None` if it is not shown.
    fn of_rows(&self, rows: &[&Row]) -> Option<ShownColumn> {
        let title = std::iter::once(self.title.to_owned());
        let cells: Vec<String> = title
            .chain(rows.iter().map(|row| (self.cell)(row)))
            .collect();
        if cells.iter().skip(1).all(String::is_empty) {
            return None;
        }
        Some(ShownColumn {
            fit: self.fit,
            width: cells.iter().map(|cell| length(cell)).max()?,
            least: cells.iter().map(|cell| self.fit.least(cell)).max()?,
            cells,
        })
    }
}

/// Fits the columns into [`WIDTH`]. If they are too wide, the widest columns that wrap become narrower, and then those with paths.
fn fit_widths(mut columns: Vec<ShownColumn>) -> Vec<ShownColumn> {
    let room = WIDTH - INDENT.len() - GAP.len() * columns.len().saturating_sub(1);
    for fit in [Fit::Wraps, Fit::Shortens] {
        while columns.iter().map(|column| column.width).sum::<usize>() > room {
            let columns = columns.iter_mut().filter(|column| column.fit == fit);
            let narrower = columns.filter(|column| column.width > column.least);
            match narrower.max_by_key(|column| column.width) {
                Some(widest) => widest.width -= 1,
                None => break,
            }
        }
    }
    columns
}

impl Fit {
    /// Returns the least width of a cell.
    fn least(self, cell: &str) -> usize {
        match self {
            Self::Whole => length(cell),
            Self::Wraps => cell
                .split(char::is_whitespace)
                .map(length)
                .max()
                .unwrap_or(0),
            Self::Shortens => length(&shortened(cell, 0)),
        }
    }

    /// Returns the lines of a cell.
    fn lines(self, cell: &str, width: usize) -> Vec<String> {
        match self {
            Self::Shortens => vec![shortened(cell, width)],
            _ => wrap(cell, width),
        }
    }
}

/// Removes as many of the first folders of a path as are needed for the width.
fn shortened(path: &str, width: usize) -> String {
    let is_folder = |letter: char| matches!(letter, '/' | '\\');
    let mut shown = path.to_owned();
    let mut rest = path;
    while length(&shown) > width
        && let Some((_, file)) = rest.split_once(is_folder)
    {
        rest = file;
        // The mark of a missing folder is as long as a folder of one letter.
        let shorter = format!("…/{rest}");
        if length(&shorter) < length(&shown) {
            shown = shorter;
        }
    }
    shown
}

/// Writes the cells at `index`, on as many lines as the highest one has.
fn write_row(index: usize, columns: &[ShownColumn], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let cells = columns
        .iter()
        .map(|column| column.fit.lines(&column.cells[index], column.width));
    let cells: Vec<Vec<String>> = cells.collect();
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    for nth in 0..height {
        let mut line = String::new();
        for (cell, ShownColumn { width, .. }) in cells.iter().zip(columns) {
            let part = cell.get(nth).map_or("", String::as_str);
            write!(line, "{part:<width$}{GAP}")?;
        }
        writeln!(f, "{INDENT}{}", line.trim_end())?;
    }
    Ok(())
}

fn why_text(row: &Row) -> String {
    let suffix = if row.discovered { ", discovered" } else { "" };
    format!("{}{suffix}", row.why)
}

/// Returns the source location. Removes the folder from which a file is included by its path: `tests/../examples/a.rs` is `examples/a.rs`.
fn location_text(row: &Row) -> String {
    let location = row.location.to_string();
    match location.split_once("/../") {
        Some((folder, rest)) if !folder.contains('/') => rest.to_owned(),
        _ => location,
    }
}

/// Returns what a failure does to the run; empty if it fails the run, as by default.
fn failure_text(row: &Row) -> String {
    match row.on_failure {
        OnFailure::Fail => String::new(),
        other => other.to_string(),
    }
}

/// Returns the text of a list, or a dash if it is empty.
fn or_dash(list: &[impl ToString]) -> String {
    if list.is_empty() {
        return "-".into();
    }
    let texts: Vec<String> = list.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::Explanation;
    use super::super::rows::{Listing, Row, Why};
    use crate::callback::Location;
    use crate::loops::{Breakpoint, Role};
    use crate::outcome::OnFailure;

    static AT: Breakpoint = Breakpoint::new("Relax", 0, "after_step", Role::End, None, None);

    fn row(place: usize) -> Row {
        Row {
            place,
            callback: "print".into(),
            weight: 0.0,
            discovered: false,
            why: Why::Alone,
            reads: Vec::new(),
            writes: Vec::new(),
            provides: Vec::new(),
            period: None,
            executor: None,
            on_failure: OnFailure::Fail,
            location: Location::new("a.rs", 1, 1),
        }
    }

    fn table_of(rows: Vec<Row>) -> String {
        let breakpoint = &AT;
        let explanation = Explanation {
            loop_name: "Relax",
            callbacks: Vec::new(),
            listings: vec![Listing { breakpoint, rows }],
            orders: Vec::new(),
            undecided: Vec::new(),
            notes: Vec::new(),
            aliases: &[],
        };
        explanation.to_string()
    }

    #[test]
    fn an_optional_column_is_shown_if_a_cell_is_not_empty() {
        let plain = table_of(vec![row(1)]);
        let mut rows = vec![row(1), row(2)];
        rows[1].period = Some("every 10 epochs".into());
        rows[1].provides = vec!["Record".into()];
        let more = table_of(rows);
        for (title, cell) in [("period", "every 10 epochs"), ("provides", "Record")] {
            assert!(!plain.contains(title), "{plain}");
            assert!(more.contains(title) && more.contains(cell), "{more}");
        }
        assert!(!more.contains("executor"), "{more}");
    }

    #[test]
    fn a_path_that_is_too_long_loses_its_first_folders() {
        for (width, expected) in [
            (20, "src/fit/trainer.rs:1"),
            (16, "…/trainer.rs:1"),
            (0, "…/trainer.rs:1"),
        ] {
            assert_eq!(super::shortened("src/fit/trainer.rs:1", width), expected);
        }
        assert_eq!(super::shortened("a.rs:1", 0), "a.rs:1");
    }

    #[test]
    fn a_name_with_a_line_break_is_one_row() {
        let mut rows = vec![row(1)];
        rows[0].callback = "two\nlines".into();
        assert_eq!(table_of(rows).lines().count(), 5);
    }
}
