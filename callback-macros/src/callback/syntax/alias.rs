//! The names that other frameworks have for breakpoints, as the macro beside a loop lists them.

/// One line of the table.
pub(crate) struct Alias {
    /// The frameworks that have the hook: `Keras, skorch`.
    pub(crate) frameworks: String,
    /// The name of the hook.
    pub(crate) name: String,
    /// The breakpoint that the hook is in the loop, with or without its phase; `None` if there is none.
    pub(crate) breakpoint: Option<String>,
    /// How breakpoint and hook differ, or what to write in place of a hook without a breakpoint; empty without a note.
    pub(crate) note: String,
}

impl Alias {
    /// Parses a table: lines of four fields, separated by tabs.
    pub(super) fn parse_table(table: &str) -> Vec<Self> {
        table.lines().filter_map(Self::parse_line).collect()
    }

    fn parse_line(line: &str) -> Option<Self> {
        let mut fields = line.splitn(4, '\t').map(|field| field.trim().to_owned());
        Some(Self {
            frameworks: fields.next()?,
            name: fields.next()?,
            breakpoint: fields.next().filter(|name| !name.is_empty()),
            note: fields.next().unwrap_or_default(),
        })
    }

    /// Whether one of `names` is the name of the hook, with or without `on_`, in upper or lower case.
    pub(crate) fn is_called(&self, names: &[String]) -> bool {
        is_called(&self.name, names)
    }
}

/// Whether `hook` is one of `names`, with or without `on_`, in upper or lower case.
pub(crate) fn is_called(hook: &str, names: &[String]) -> bool {
    let hook = without_on(hook);
    names
        .iter()
        .any(|name| without_on(name).eq_ignore_ascii_case(hook))
}

fn without_on(name: &str) -> &str {
    name.strip_prefix("on_").unwrap_or(name)
}
