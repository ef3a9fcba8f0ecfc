//! The state that a loop declares: `with Epoch as epochs, Metrics`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Token, Type, token};

/// State that is there, from where it is declared.
pub(crate) struct State {
    pub(crate) of: Type,
    pub(crate) counts: Option<Counts>,
}

/// What a state counts.
pub(crate) struct Counts {
    pub(crate) keyword: Token![as],
    /// The unit; `None` if it is not written yet.
    pub(crate) unit: Option<Ident>,
}

impl State {
    /// `with Epoch as epochs, Step`, or nothing.
    pub(super) fn all(input: ParseStream) -> syn::Result<Vec<Self>> {
        let mut states = Vec::new();
        let word = input.fork().call(Ident::parse_any);
        if word.map_or(true, |word| word != "with") {
            return Ok(states);
        }
        input.call(Ident::parse_any)?;
        loop {
            states.push(input.parse()?);
            let goes_on = input.parse::<Option<Token![,]>>()?.is_some();
            if !goes_on || input.peek(token::Brace) || input.peek(Token![;]) {
                return Ok(states);
            }
        }
    }
}

impl Parse for State {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let of = input.parse()?;
        let keyword = input.parse::<Option<Token![as]>>()?;
        let counts = keyword.map(|keyword| Counts {
            keyword,
            unit: input.call(Ident::parse_any).ok(),
        });
        Ok(Self { of, counts })
    }
}
