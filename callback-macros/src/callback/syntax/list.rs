//! What stands in the parentheses of an argument: `after(Metrics, "loss")`, `provides(Recent = Self::recent)`.

use super::separated::separated;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Lit, Token, Type};

/// The members of a list.
pub(crate) struct List {
    pub(crate) members: Vec<Member>,
}

/// What stands between two commas of a list.
pub(crate) enum Member {
    /// `Metrics`, `dyn Monitor`
    Type(Type),
    /// `Recent = Self::recent`
    Made { state: Type, make: Box<Expr> },
    /// `"loss"`
    Literal(Lit),
    /// None of these.
    Unreadable(syn::Error),
}

impl List {
    pub(super) fn new(tokens: TokenStream) -> Self {
        let members = |input: ParseStream| separated(input, surplus);
        let members = members.parse2(tokens);
        let members = members.unwrap_or_else(|error| vec![Err(error)]);
        Self {
            members: members
                .into_iter()
                .map(|member| member.unwrap_or_else(Member::Unreadable))
                .collect(),
        }
    }
}

fn surplus(_: &TokenTree) -> &'static str {
    "expected a comma between two of a list"
}

impl Parse for Member {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(Lit) {
            return input.parse().map(Self::Literal);
        }
        let expected = "expected a type, as in `Metrics`, or a name in quotes, as in `\"loss\"`";
        let at = input.fork();
        let state: Type = input.parse().map_err(|_| at.error(expected))?;
        let Some(equals) = input.parse::<Option<Token![=]>>()? else {
            return Ok(Self::Type(state));
        };
        let expected = "expected a function behind `=`, as in `Self::make`";
        let at = if input.is_empty() {
            equals.span
        } else {
            input.span()
        };
        let make = input.parse().map_err(|_| syn::Error::new(at, expected))?;
        Ok(Self::Made { state, make })
    }
}
