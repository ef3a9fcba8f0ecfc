//! The state that a loop, a scope or a breakpoint declares: `with Epoch as epochs, Phase`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Token, Type, token};

/// `Epoch as epochs`
pub(crate) struct DeclaredState {
    pub(crate) ty: Type,
    pub(crate) unit_clause: Option<UnitClause>,
}

/// `as epochs`, which makes a state a counter.
pub(crate) struct UnitClause {
    pub(crate) as_token: Token![as],
    /// The name of the unit; `None` while the user has not written it.
    pub(crate) unit: Option<Ident>,
}

impl DeclaredState {
    /// Parses `with Epoch as epochs, Step`; without `with` there is no state.
    pub(super) fn parse_with_clause(input: ParseStream) -> syn::Result<Vec<Self>> {
        let mut states = Vec::new();
        let keyword = input.fork().call(Ident::parse_any);
        if keyword.map_or(true, |keyword| keyword != "with") {
            return Ok(states);
        }
        input.call(Ident::parse_any)?;
        loop {
            states.push(input.parse()?);
            let has_comma = input.parse::<Option<Token![,]>>()?.is_some();
            if !has_comma || input.peek(token::Brace) || input.peek(Token![;]) {
                return Ok(states);
            }
        }
    }
}

impl Parse for DeclaredState {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let ty = input.parse()?;
        let as_token = input.parse::<Option<Token![as]>>()?;
        let unit_clause = as_token.map(|as_token| UnitClause {
            as_token,
            unit: input.call(Ident::parse_any).ok(),
        });
        Ok(Self { ty, unit_clause })
    }
}
