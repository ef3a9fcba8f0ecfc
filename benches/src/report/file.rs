//! Tables in `BENCHMARKS.md`, between the marks that say which one it is.

use super::{Goals, Table};
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

const END: &str = "<!-- end -->";

/// Puts a table where its last measurement stands, and what it says of our goals into the table of the goals.
pub(crate) fn write(table: &Table) -> Result<(), Box<dyn Error>> {
    let path = path();
    let text = fs::read_to_string(&path)?;
    let text = replaced(&text, &table.title, &table.body())?;
    let mut goals = Goals::of_text(between(&text, Goals::TITLE)?);
    goals.take_in(&table.goals);
    let text = replaced(&text, Goals::TITLE, &goals.table().body())?;
    Ok(fs::write(path, text)?)
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../BENCHMARKS.md")
}

fn begin(title: &str) -> String {
    format!("<!-- table: {title} -->\n")
}

fn between<'t>(text: &'t str, title: &str) -> Result<&'t str, String> {
    let begin = begin(title);
    let missing = |what: &str| {
        format!("BENCHMARKS.md has no place for this table: write `{what}` where it belongs")
    };
    let (_, behind) = text
        .split_once(&begin)
        .ok_or_else(|| missing(begin.trim()))?;
    let (inside, _) = behind.split_once(END).ok_or_else(|| missing(END))?;
    if inside.contains("<!-- table: ") {
        return Err(missing(END));
    }
    Ok(inside)
}

fn replaced(text: &str, title: &str, body: &str) -> Result<String, String> {
    let begin = begin(title);
    let old = format!("{begin}{}{END}", between(text, title)?);
    Ok(text.replacen(&old, &format!("{begin}{body}{END}"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "a\n<!-- table: One -->\nold\n<!-- end -->\nb\n<!-- table: Two -->\n<!-- end -->\nc\n";

    #[test]
    fn a_table_is_put_between_its_marks_and_nothing_else_changes() {
        let once = replaced(TEXT, "One", "new\n").expect("has the marks");
        assert_eq!(once, TEXT.replace("old", "new"));
        let twice = replaced(&once, "Two", "more\n").expect("has the marks");
        assert!(twice.ends_with("<!-- table: Two -->\nmore\n<!-- end -->\nc\n"));
        assert!(twice.contains("new"));
    }

    #[test]
    fn a_table_that_has_no_place_is_reported() {
        let message = replaced(TEXT, "Three", "").expect_err("has no such marks");
        assert!(
            message.ends_with("write `<!-- table: Three -->` where it belongs"),
            "{message}"
        );
        let open = TEXT.replacen(END, "", 1);
        let message = replaced(&open, "One", "").expect_err("its end is another one's");
        assert!(
            message.ends_with("write `<!-- end -->` where it belongs"),
            "{message}"
        );
    }
}
