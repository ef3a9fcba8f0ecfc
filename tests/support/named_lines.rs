//! Names lines by their code, so that edits to a test do not change its expected output.

/// Returns `text` with each `tests/<file>:<line>` replaced by that line's code up to the first `(`; `source` is the text of the file.
pub(crate) fn replace_line_numbers(text: &str, file: &str, source: &str) -> String {
    let source: Vec<&str> = source.lines().collect();
    let place = format!("tests/{file}:");
    let mut parts = text.split(place.as_str());
    let mut named = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|character: char| !character.is_ascii_digit());
        let (number, rest) = part.split_at(end.unwrap_or(part.len()));
        let code = source[number.parse::<usize>().expect("a line's number") - 1].trim();
        named.push_str(code.split('(').next().unwrap_or_default());
        named.push_str(rest);
    }
    named
}
