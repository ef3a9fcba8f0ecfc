//! The names of other frameworks: as constants, as tables for the macro beside the loop, and in the documentation.

use crate::breakpoints::model::{Alias, Model};
use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{LitStr, Path};

/// Expands to nothing without aliases, otherwise to:
///
/// ```text
/// const ALIASES: &'static [Alias] = &[Alias::new("Keras", "on_test_begin", Some("on_valid_begin"), None), …];
/// ```
pub(super) fn aliases_constant(model: &Model, private: &Path) -> Option<TokenStream> {
    if model.aliases.is_empty() {
        return None;
    }
    let all = model.aliases.iter().flat_map(|alias| {
        let entry = move |framework| entry(alias, framework, private);
        alias.frameworks.iter().map(entry)
    });
    Some(quote! {
        const ALIASES: &'static [#private::Alias] = &[#(#all),*];
    })
}

/// Expands to:
///
/// ```text
/// Alias::new("Keras", "on_test_begin", Some("on_valid_begin"), None)
/// ```
fn entry(alias: &Alias, framework: &LitStr, private: &Path) -> TokenStream {
    let name = alias.name();
    let breakpoint = super::implementation::option(alias.breakpoint(), private);
    let note = super::implementation::option(alias.note.as_ref(), private);
    quote!(#private::Alias::new(#framework, #name, #breakpoint, #note))
}

/// Returns the names that no breakpoint of the loop has, separated by spaces. Every annotated block gets them, so that the second stage of
/// `#[callback]` asks for the table of a block that has such a function.
pub(super) fn names(model: &Model) -> Option<String> {
    let names: Vec<String> = foreign(model).map(Alias::name).collect();
    (!names.is_empty()).then(|| names.join(" "))
}

/// Returns the table of the names that no breakpoint of the loop has: a line for each, with the frameworks, the name, the breakpoint here and
/// the note, separated by tabs.
pub(super) fn table(model: &Model) -> String {
    let lines = foreign(model).map(|alias| {
        let breakpoint = alias.breakpoint().unwrap_or_default();
        let (frameworks, name, note) = (alias.frameworks(), alias.name(), alias.note());
        format!("{frameworks}\t{name}\t{breakpoint}\t{note}\n")
    });
    lines.collect()
}

fn foreign(model: &Model) -> impl Iterator<Item = &Alias> {
    model.aliases.iter().filter(|alias| alias.differs.is_none())
}

/// Returns the attributes by which rustdoc and rustc find a constant by the names of other frameworks:
///
/// ```text
/// #[doc(alias = "on_test_begin")]
/// ```
pub(super) fn doc_aliases(model: &Model, breakpoint: &str) -> TokenStream {
    let mut names: Vec<String> = foreign(model)
        .filter(|alias| alias.breakpoint().as_deref() == Some(breakpoint))
        .map(Alias::name)
        .collect();
    // A rule refuses the name of the breakpoint itself.
    names.retain(|name| name != breakpoint);
    names.sort_unstable();
    names.dedup();
    quote!(#(#[doc(alias = #names)])*)
}

/// Documents the names of one breakpoint; one string for each line.
pub(super) fn document_names(model: &Model, breakpoint: &str) -> Vec<String> {
    let here = |alias: &&Alias| alias.breakpoint().as_deref() == Some(breakpoint);
    let names = foreign(model).filter(here);
    let names: Vec<String> = names
        .map(|alias| format!("`{}` of {}", alias.name(), alias.frameworks()))
        .collect();
    let mut lines = Vec::new();
    if !names.is_empty() {
        lines.push(String::new());
        lines.push(format!(" Elsewhere: {}.", names.join("; ")));
    }
    let differing = model.aliases.iter().filter(|alias| alias.differs.is_some());
    for alias in differing.filter(|alias| alias.name() == breakpoint) {
        lines.push(String::new());
        let (name, frameworks) = (alias.name(), alias.frameworks());
        let meaning = meaning(model, alias, "Self");
        lines.push(format!(" But `{name}` of {frameworks} is {meaning}."));
    }
    lines
}

/// Documents all names as a table, to be appended to the documentation of the loop; one string for each line.
pub(super) fn document_loop(model: &Model) -> Vec<String> {
    if model.aliases.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<String> = [
        "",
        " # Names of other frameworks",
        "",
        " The compiler answers a handler with one of these names by its meaning. The names that are *marked* are also breakpoints here, with another meaning.",
        "",
        " | framework | hook | here |",
        " |---|---|---|",
    ]
    .map(str::to_owned)
    .into();
    let name = model.name.unraw().to_string();
    lines.extend(model.aliases.iter().map(|alias| {
        let (hook, frameworks) = (alias.name(), alias.frameworks());
        let mark = if alias.differs.is_some() { "*" } else { "" };
        let meaning = meaning(model, alias, &name).replace('|', "\\|");
        format!(" | {frameworks} | {mark}`{hook}`{mark} | {meaning} |")
    }));
    lines
}

/// Returns the breakpoint as a link to the constant of `of`, and the note.
fn meaning(model: &Model, alias: &Alias, of: &str) -> String {
    let mut breakpoints = model.breakpoints.iter();
    let note = alias.note();
    let Some(name) = alias.breakpoint() else {
        return note;
    };
    let is_constant = breakpoints.any(|breakpoint| breakpoint.name.unraw() == name.as_str());
    let link = if is_constant {
        format!("[`{name}`]({of}::{name})")
    } else {
        format!("`{name}`, in every phase that has it")
    };
    if note.is_empty() {
        link
    } else {
        format!("{link}; {note}")
    }
}
