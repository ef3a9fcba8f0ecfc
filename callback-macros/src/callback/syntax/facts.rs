//! What the macro beside a loop says of it: `{Fit sure [on_enter] [on_train_batch_end train on_batch_end] …}`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{braced, bracketed};

/// A loop and its breakpoints.
pub(crate) struct Facts {
    pub(crate) name: String,
    /// Whether its declaration is free of errors; if not, breakpoints may be missing here.
    pub(crate) sure: bool,
    pub(crate) breakpoints: Vec<Fact>,
}

/// A breakpoint of a loop.
pub(crate) struct Fact {
    pub(crate) name: String,
    /// The phase around it.
    pub(crate) phase: Option<String>,
    /// Its name without the phase.
    pub(crate) free: Option<String>,
}

pub(super) fn of_all(input: ParseStream) -> syn::Result<Vec<Facts>> {
    let mut all = Vec::new();
    while !input.is_empty() {
        all.push(input.parse()?);
    }
    Ok(all)
}

impl Parse for Facts {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let facts;
        braced!(facts in input);
        let name = word(&facts)?;
        let sure = word(&facts)? == "sure";
        let mut breakpoints = Vec::new();
        while !facts.is_empty() {
            breakpoints.push(facts.parse()?);
        }
        Ok(Self {
            name,
            sure,
            breakpoints,
        })
    }
}

impl Parse for Fact {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let fact;
        bracketed!(fact in input);
        Ok(Self {
            name: word(&fact)?,
            phase: word(&fact).ok(),
            free: word(&fact).ok(),
        })
    }
}

fn word(input: ParseStream) -> syn::Result<String> {
    let word = input.call(Ident::parse_any)?;
    Ok(word.unraw().to_string())
}
