//! The list in the parentheses of an argument: `after(Metrics, "loss")`, `provides(Recent = Self::recent)`.

use super::comma_separated::parse_comma_separated;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Lit, Token, Type};

/// The entries between the parentheses.
pub(crate) struct List {
    pub(crate) entries: Vec<ListEntry>,
}

/// One entry of a list.
pub(crate) enum ListEntry {
    /// `Metrics`, `dyn Monitor`
    Type(Type),
    /// `Recent = Self::recent`
    WithConstructor { state: Type, constructor: Box<Expr> },
    /// `"loss"`
    Literal(Lit),
    /// An entry with a syntax error.
    Invalid(syn::Error),
}

impl List {
    pub(super) fn new(tokens: TokenStream) -> Self {
        let parse = |input: ParseStream| parse_comma_separated(input, unexpected);
        let entries = parse.parse2(tokens);
        let entries = entries.unwrap_or_else(|error| vec![Err(error)]);
        Self {
            entries: entries
                .into_iter()
                .map(|entry| entry.unwrap_or_else(ListEntry::Invalid))
                .collect(),
        }
    }
}

fn unexpected(_: &TokenTree) -> &'static str {
    "expected a comma between two entries of a list"
}

impl Parse for ListEntry {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(Lit) {
            return input.parse().map(Self::Literal);
        }
        let expected = "expected a type, as in `Metrics`, or a name in quotes, as in `\"loss\"`";
        let start = input.fork();
        let state: Type = input.parse().map_err(|_| start.error(expected))?;
        let Some(equals) = input.parse::<Option<Token![=]>>()? else {
            return Ok(Self::Type(state));
        };
        let expected = "expected a function after `=`, as in `Self::make`";
        let span = if input.is_empty() {
            equals.span
        } else {
            input.span()
        };
        let constructor = input.parse().map_err(|_| syn::Error::new(span, expected))?;
        Ok(Self::WithConstructor { state, constructor })
    }
}
