//! The breakpoints of a loop, which the macro beside the loop adds to the input of the second stage.

use super::Alias;
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, braced, bracketed};

/// `{Fit rounds names "on_test_begin …" [on_enter] [on_train_batch_end train on_batch_end] …}`, or `{Rounds trait [on_enter] …}`
pub(crate) struct LoopInfo {
    pub(crate) name: String,
    /// Whether the declaration of the loop has no errors; if it has some, `breakpoints` may lack a breakpoint.
    pub(crate) is_complete: bool,
    /// Whether the loop marks where its rounds are complete.
    pub(crate) has_rounds: bool,
    /// Whether this is a trait of loops, whose loops all have the breakpoints: the block serves each of them.
    pub(crate) is_trait: bool,
    /// The names of other frameworks.
    pub(crate) aliases: Aliases,
    pub(crate) breakpoints: Vec<BreakpointInfo>,
}

/// What the macro beside a loop says of the names of other frameworks.
pub(crate) enum Aliases {
    /// The loop has none.
    None,
    /// The names, separated by spaces: the macro beside the loop has a table of them.
    Names(LitStr),
    /// The table.
    Table(Vec<Alias>),
}

/// `[on_train_batch_end train on_batch_end]`, or `[each on_poll]`
pub(crate) struct BreakpointInfo {
    pub(crate) name: String,
    /// Whether the name stands for several breakpoints of a loop.
    pub(crate) is_several: bool,
    /// The phase around the breakpoint.
    pub(crate) phase: Option<String>,
    /// The name without the phase.
    pub(crate) phase_free: Option<String>,
}

impl LoopInfo {
    pub(super) fn parse_all(input: ParseStream) -> syn::Result<Vec<Self>> {
        let mut loops = Vec::new();
        while !input.is_empty() {
            loops.push(input.parse()?);
        }
        Ok(loops)
    }
}

impl Parse for LoopInfo {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let content;
        braced!(content in input);
        let name = parse_word(&content)?;
        let kind = parse_word(&content)?;
        let aliases = content.parse()?;
        let mut breakpoints = Vec::new();
        while !content.is_empty() {
            breakpoints.push(content.parse()?);
        }
        Ok(Self {
            name,
            is_complete: kind != "incomplete",
            has_rounds: kind == "rounds",
            is_trait: kind == "trait",
            aliases,
            breakpoints,
        })
    }
}

impl Parse for Aliases {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Ok(Self::None);
        }
        let word = parse_word(input)?;
        let text: LitStr = input.parse()?;
        Ok(match word.as_str() {
            "table" => Self::Table(Alias::parse_table(&text.value())),
            _ => Self::Names(text),
        })
    }
}

impl Parse for BreakpointInfo {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let content;
        bracketed!(content in input);
        let first = parse_word(&content)?;
        // The names of breakpoints have a prefix.
        let is_several = first == "each";
        Ok(Self {
            name: if is_several {
                parse_word(&content)?
            } else {
                first
            },
            is_several,
            phase: parse_word(&content).ok(),
            phase_free: parse_word(&content).ok(),
        })
    }
}

fn parse_word(input: ParseStream) -> syn::Result<String> {
    let word = input.call(Ident::parse_any)?;
    Ok(word.unraw().to_string())
}
