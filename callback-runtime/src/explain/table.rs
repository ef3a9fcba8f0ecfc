//! An explanation as text: a table for each breakpoint, then the declared orders.

use super::Explanation;
use super::rows::{Listing, Row};
use crate::outcome::OnFailure;
use crate::plan::ProblemKind;
use crate::plan::{length, one_line, wrap};
use std::collections::HashSet;
use std::fmt::{self, Display, Write};

/// The width of a table in characters. A longer word makes it wider.
const WIDTH: usize = 100;
const INDENT: &str = "  ";
const GAP: &str = "  ";

struct Column {
    title: &'static str,
    cell: fn(&Row) -> String,
    /// Shown although no handler has anything in it.
    always: bool,
    fit: Fit,
}

/// How the cells of a column are shortened that is too wide.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Nothing.
    Whole,
    /// They go on in the next line.
    Wraps,
    /// Paths lose their first folders, where wrapping does not do.
    Shortens,
}

const COLUMNS: [Column; 11] = [
    number("#", |row| row.place.to_string()),
    text("callback", |row| row.callback.clone()),
    number("weight", |row| row.weight.to_string()),
    text("why", why),
    text("reads", |row| or_dash(&row.reads)),
    text("writes", |row| or_dash(&row.writes)),
    sometimes("provides", |row| row.provides.join(", ")),
    sometimes("period", |row| row.period.clone().unwrap_or_default()),
    sometimes("executor", |row| row.executor.clone().unwrap_or_default()),
    sometimes("on failure", on_failure),
    Column {
        fit: Fit::Shortens,
        ..text("where", place)
    },
];

const fn text(title: &'static str, cell: fn(&Row) -> String) -> Column {
    Column {
        title,
        cell,
        always: true,
        fit: Fit::Wraps,
    }
}

const fn number(title: &'static str, cell: fn(&Row) -> String) -> Column {
    Column {
        fit: Fit::Whole,
        ..text(title, cell)
    }
}

const fn sometimes(title: &'static str, cell: fn(&Row) -> String) -> Column {
    Column {
        always: false,
        ..text(title, cell)
    }
}

pub(super) fn write(message: &Explanation, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let count = message.callbacks.len();
    let plural = if count == 1 { "" } else { "s" };
    writeln!(f, "{}, {count} callback{plural}", message.loop_name)?;
    write_listings(&message.listings, f)?;
    write_section("declared order", &message.orders, f)?;
    write_section(
        "ordered by insertion alone; `strict()` makes these problems",
        &message.undecided,
        f,
    )?;
    // The section above says more than the note, which only counts its lines.
    let notes = message.notes.iter();
    let others = notes.filter(|note| note.kind() != ProblemKind::Undecided);
    write_section("notes", &others.collect::<Vec<_>>(), f)
}

fn write_section(title: &str, lines: &[impl Display], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}")?;
    // Callbacks of one generic type may say the same in the same place.
    let mut message = HashSet::new();
    for line in lines.iter().map(|line| one_line(&line.to_string())) {
        if !message.contains(&line) {
            writeln!(f, "{INDENT}{line}")?;
            message.insert(line);
        }
    }
    Ok(())
}

/// The tables have the same columns, so that one can look down all of them.
fn write_listings(listings: &[Listing], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let rows = || listings.iter().flat_map(Listing::rows);
    let says_something = |column: &&Column| rows().any(|row| !(column.cell)(row).is_empty());
    let shown: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| column.always || says_something(column))
        .collect();
    let titles: Vec<String> = shown.iter().map(|column| column.title.to_owned()).collect();
    let cells =
        |row: &Row| -> Vec<String> { shown.iter().map(|column| (column.cell)(row)).collect() };
    let mut all: Vec<Vec<String>> = rows().map(cells).collect();
    all.push(titles);
    let widths = fitted(&shown, &all);
    let titles = all.pop().unwrap_or_default();
    let mut all = all.into_iter();
    for listing in listings {
        writeln!(f, "\n{}", listing.breakpoint)?;
        write_row(&titles, &shown, &widths, f)?;
        for row in all.by_ref().take(listing.rows.len()) {
            write_row(&row, &shown, &widths, f)?;
        }
    }
    Ok(())
}

/// The width of each column: the widest cell's but, where all together are too wide, less for the widest that wrap, and then for
/// paths.
fn fitted(shown: &[&Column], rows: &[Vec<String>]) -> Vec<usize> {
    let widest = |at: usize, measure: &dyn Fn(&str) -> usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| measure(cell)).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..shown.len()).map(|at| widest(at, &length)).collect();
    let columns = shown.iter().enumerate();
    let least: Vec<usize> = columns
        .map(|(at, column)| widest(at, &|cell| column.fit.least(cell)))
        .collect();
    let room = WIDTH - INDENT.len() - GAP.len() * shown.len().saturating_sub(1);
    for fit in [Fit::Wraps, Fit::Shortens] {
        while widths.iter().sum::<usize>() > room {
            let columns = widths.iter_mut().zip(&least).zip(shown);
            let narrower =
                columns.filter(|((width, least), column)| column.fit == fit && **width > **least);
            match narrower.max_by_key(|((width, _), _)| **width) {
                Some(((width, _), _)) => *width -= 1,
                None => break,
            }
        }
    }
    widths
}

impl Fit {
    /// The least width of a cell.
    fn least(self, cell: &str) -> usize {
        match self {
            Self::Whole => length(cell),
            Self::Wraps => longest_word(cell),
            Self::Shortens => length(&shortened(cell, 0)),
        }
    }

    /// The lines of a cell.
    fn lines(self, cell: &str, width: usize) -> Vec<String> {
        match self {
            Self::Shortens => vec![shortened(cell, width)],
            _ => wrap(cell, width),
        }
    }
}

/// A path without as many of its first folders as there is no room for.
fn shortened(path: &str, width: usize) -> String {
    let is_folder = |letter: char| matches!(letter, '/' | '\\');
    let mut shown = path.to_owned();
    let mut rest = path;
    while length(&shown) > width
        && let Some((_, file)) = rest.split_once(is_folder)
    {
        rest = file;
        // A folder of one letter is not longer than what says that it is missing.
        let shorter = format!("…/{rest}");
        if length(&shorter) < length(&shown) {
            shown = shorter;
        }
    }
    shown
}

fn write_row(
    cells: &[String],
    shown: &[&Column],
    widths: &[usize],
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let cells = cells.iter().zip(shown).zip(widths);
    let columns: Vec<Vec<String>> = cells
        .map(|((cell, column), width)| column.fit.lines(cell, *width))
        .collect();
    let height = columns.iter().map(Vec::len).max().unwrap_or(0);
    for nth in 0..height {
        let mut line = String::new();
        for (column, width) in columns.iter().zip(widths) {
            let part = column.get(nth).map_or("", String::as_str);
            write!(line, "{part:<width$}{GAP}")?;
        }
        writeln!(f, "{INDENT}{}", line.trim_end())?;
    }
    Ok(())
}

fn longest_word(text: &str) -> usize {
    let words = text.split(char::is_whitespace);
    words.map(length).max().unwrap_or(0)
}

fn why(row: &Row) -> String {
    let how = if row.discovered { ", discovered" } else { "" };
    format!("{}{how}", row.why)
}

/// Removes the folder from which a file is included by its path: `tests/../examples/a.rs` is `examples/a.rs`.
fn place(row: &Row) -> String {
    let place = row.location.to_string();
    match place.split_once("/../") {
        Some((folder, rest)) if !folder.contains('/') => rest.to_owned(),
        _ => place,
    }
}

/// Nothing where a failure fails the run, as nearly everywhere.
pub(super) fn on_failure(row: &Row) -> String {
    match row.on_failure {
        OnFailure::Fail => String::new(),
        other => other.to_string(),
    }
}

/// What stands in a cell that lists something.
pub(super) fn or_dash(list: &[impl ToString]) -> String {
    let texts: Vec<String> = list.iter().map(ToString::to_string).collect();
    if texts.is_empty() {
        "-".into()
    } else {
        texts.join(", ")
    }
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

    fn rendered(rows: Vec<Row>) -> String {
        let breakpoint = &AT;
        let message = Explanation {
            loop_name: "Relax",
            callbacks: Vec::new(),
            listings: vec![Listing { breakpoint, rows }],
            orders: Vec::new(),
            undecided: Vec::new(),
            notes: Vec::new(),
        };
        message.to_string()
    }

    #[test]
    fn a_column_is_shown_where_somebody_has_something_in_it() {
        let plain = rendered(vec![row(1)]);
        let mut rows = vec![row(1), row(2)];
        rows[1].period = Some("every 10 epochs".into());
        rows[1].provides = vec!["Record".into()];
        let more = rendered(rows);
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
    fn a_row_is_one_row_whatever_is_in_it() {
        let mut rows = vec![row(1)];
        rows[0].callback = "two\nlines".into();
        assert_eq!(rendered(rows).lines().count(), 5);
    }
}
