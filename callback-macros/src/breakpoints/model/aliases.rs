//! The names of other frameworks, one entry for each name of each `aliases "…" { … }`.

use crate::breakpoints::syntax::{HookName, Line};
use proc_macro2::Ident;
use syn::LitStr;
use syn::ext::IdentExt;

/// A hook of other frameworks.
pub(crate) struct Alias {
    /// The frameworks that have the hook.
    pub(crate) frameworks: Vec<LitStr>,
    pub(crate) name: Ident,
    /// The word `differs`: the loop has a breakpoint of this name, and it is another one.
    pub(crate) differs: Option<Ident>,
    /// The breakpoint that the hook is here.
    pub(crate) breakpoint: Option<Ident>,
    /// How breakpoint and hook differ, or what to write in place of a hook without a breakpoint.
    pub(crate) note: Option<LitStr>,
}

impl Alias {
    /// Returns all names of `lines`, in the order of the source.
    pub(super) fn all(lines: &[Line]) -> Vec<Self> {
        let mut all = Vec::new();
        for line in lines {
            let Line::Aliases(aliases) = line else {
                continue;
            };
            for hooks in &aliases.hooks {
                all.extend(hooks.names.iter().map(|HookName { differs, ident }| Self {
                    frameworks: aliases.frameworks.clone(),
                    name: ident.clone(),
                    differs: differs.clone(),
                    breakpoint: hooks.breakpoint.clone(),
                    note: hooks.note.clone(),
                }));
            }
        }
        all
    }

    pub(crate) fn name(&self) -> String {
        self.name.unraw().to_string()
    }

    /// Returns the name of the breakpoint that the hook is here.
    pub(crate) fn breakpoint(&self) -> Option<String> {
        Some(self.breakpoint.as_ref()?.unraw().to_string())
    }

    /// Returns the frameworks as text: `Keras, skorch`.
    pub(crate) fn frameworks(&self) -> String {
        let names: Vec<String> = self.frameworks.iter().map(LitStr::value).collect();
        names.join(", ")
    }

    /// Returns the note as text, empty without one.
    pub(crate) fn note(&self) -> String {
        self.note.as_ref().map(LitStr::value).unwrap_or_default()
    }
}
