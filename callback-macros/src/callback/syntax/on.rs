//! `#[on(train_batch_end, valid_batch_end, phase = train)]`.

use crate::attributes::Attribute;
use proc_macro2::{Ident, TokenStream};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;

/// One `#[on(…)]`.
pub(crate) struct On {
    pub(crate) attribute: Attribute,
    pub(crate) words: Vec<Ident>,
    /// The phase that the words are narrowed to.
    pub(crate) phase: Option<Ident>,
    /// What could not be read.
    pub(crate) unreadable: Option<syn::Error>,
}

/// What stands between two commas.
enum Part {
    Word(Ident),
    Phase(Ident),
}

impl On {
    pub(super) fn new(attribute: &Attribute) -> Self {
        let parts = parts(attribute.arguments().unwrap_or_default());
        let mut on = Self {
            attribute: attribute.clone(),
            words: Vec::new(),
            phase: None,
            unreadable: None,
        };
        match parts {
            Ok(parts) => parts.into_iter().for_each(|part| on.take(part)),
            Err(error) => on.unreadable = Some(error),
        }
        on
    }

    fn take(&mut self, part: Part) {
        match part {
            Part::Word(word) => self.words.push(word),
            Part::Phase(phase) if self.phase.is_none() => self.phase = Some(phase),
            Part::Phase(second) => {
                let message = "a second phase; a function for two phases takes two `#[on(…)]`";
                self.unreadable = Some(syn::Error::new(second.span(), message));
            }
        }
    }
}

fn parts(tokens: TokenStream) -> syn::Result<Punctuated<Part, Token![,]>> {
    Punctuated::parse_terminated.parse2(tokens)
}

impl Parse for Part {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(
                input.error("expected the name of a breakpoint, as in `#[on(train_batch_end)]`")
            );
        }
        let word = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            return Ok(Self::Word(word));
        }
        if word != "phase" {
            let message =
                format!("`{word}` takes no value here; only a phase does, as in `phase = train`");
            return Err(syn::Error::new(word.span(), message));
        }
        input.parse::<Token![=]>()?;
        match input.call(Ident::parse_any) {
            Ok(phase) => Ok(Self::Phase(phase)),
            Err(error) => Err(syn::Error::new(
                error.span(),
                "expected the name of a phase, as in `phase = train`",
            )),
        }
    }
}
