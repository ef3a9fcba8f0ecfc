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

/// `as epochs` or `as epochs by hand`, which makes a state a counter.
pub(crate) struct UnitClause {
    pub(crate) as_token: Token![as],
    /// The name of the unit; `None` while the user has not written it.
    pub(crate) unit: Option<Ident>,
    /// The words `by hand`: the loop puts the counter into the state and advances it. `None` if a scope counts.
    pub(crate) by_hand: Option<ByHand>,
}

/// `by hand`
pub(crate) struct ByHand {
    pub(crate) by: Ident,
    pub(crate) hand: Ident,
}

impl DeclaredState {
    /// Parses `with Epoch as epochs, Step`; without `with` there is no state.
    pub(super) fn parse_with_clause(input: ParseStream) -> syn::Result<Vec<Self>> {
        let mut states = Vec::new();
        if parse_word(input, "with")?.is_none() {
            return Ok(states);
        }
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
        let unit_clause = as_token.map(|as_token| UnitClause::parse_after_as(as_token, input));
        let unit_clause = unit_clause.transpose()?;
        Ok(Self { ty, unit_clause })
    }
}

impl UnitClause {
    /// `epochs by hand`, after `as`.
    fn parse_after_as(as_token: Token![as], input: ParseStream) -> syn::Result<Self> {
        Ok(Self {
            as_token,
            unit: input.call(Ident::parse_any).ok(),
            by_hand: parse_by_hand(input)?,
        })
    }
}

/// `by hand`, if it is next.
fn parse_by_hand(input: ParseStream) -> syn::Result<Option<ByHand>> {
    let Some(by) = parse_word(input, "by")? else {
        return Ok(None);
    };
    match parse_word(input, "hand")? {
        Some(hand) => Ok(Some(ByHand { by, hand })),
        None => Err(syn::Error::new(
            by.span(),
            "expected `by hand`, which says that the loop counts by itself",
        )),
    }
}

/// Parses `word`, if it is next.
pub(super) fn parse_word(input: ParseStream, word: &str) -> syn::Result<Option<Ident>> {
    let next = input.fork().call(Ident::parse_any);
    if next.is_ok_and(|next| next == word) {
        input.call(Ident::parse_any).map(Some)
    } else {
        Ok(None)
    }
}
