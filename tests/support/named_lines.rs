//! Lines of a test, told by their text: so that what is expected does not change with every edit of the test.

/// Writes the first words of the line for each place `tests/<file>:<line>`; `source` is the text of the file.
pub(crate) fn with_lines_named(text: &str, file: &str, source: &str) -> String {
    let source: Vec<&str> = source.lines().collect();
    let place = format!("tests/{file}:");
    let mut parts = text.split(place.as_str());
    let mut named = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|letter: char| !letter.is_ascii_digit());
        let (number, rest) = part.split_at(end.unwrap_or(part.len()));
        let code = source[number.parse::<usize>().expect("a line's number") - 1].trim();
        named.push_str(code.split('(').next().unwrap_or_default());
        named.push_str(rest);
    }
    named
}
