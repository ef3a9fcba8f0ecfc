//! The names under which loggers write: no two of them are the same.

/// The loop's own column has its name for itself.
pub(super) fn refuse<'n>(
    own: &str,
    mut names: impl Iterator<Item = &'n str>,
) -> Result<(), String> {
    if names.any(|name| name == own) {
        return Err(format!(
            "`{own}` is the column that says which {own} it is; log what has that name under another one"
        ));
    }
    Ok(())
}
