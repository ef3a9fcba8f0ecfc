//! Attributes as tokens. They are not parsed further here, so that an unfinished attribute is no error.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Token, bracketed, token};

/// `#[…]`
#[derive(Clone)]
pub(crate) struct Attribute {
    pound: Token![#],
    bracket: token::Bracket,
    /// The tokens between the brackets.
    pub(crate) tokens: TokenStream,
}

impl Attribute {
    /// Parses the attributes before an item.
    pub(crate) fn parse_outer(input: ParseStream) -> syn::Result<Vec<Self>> {
        let mut attributes = Vec::new();
        while input.peek(Token![#]) && input.peek2(token::Bracket) {
            attributes.push(input.parse()?);
        }
        Ok(attributes)
    }

    /// Returns the last segment of the attribute's path: `callback` of `#[callbacks::callback(weight = 1)]`.
    pub(crate) fn name(&self) -> Option<Ident> {
        let path = self.tokens.clone().into_iter().take_while(
            |token| matches!(token, TokenTree::Ident(_) | TokenTree::Punct(_) if !is_punct(token, '=')),
        );
        path.filter_map(|token| match token {
            TokenTree::Ident(segment) => Some(segment),
            _ => None,
        })
        .last()
    }

    /// Whether the attribute is `#[name]`, `#[name(…)]` or `#[name = …]`.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name().is_some_and(|found| found.unraw() == name)
    }

    /// Returns the tokens between the parentheses; `None` without parentheses.
    pub(crate) fn arguments(&self) -> Option<TokenStream> {
        self.tokens
            .clone()
            .into_iter()
            .find_map(|token| match token {
                TokenTree::Group(group) => Some(group.stream()),
                _ => None,
            })
    }

    /// Returns the tokens after the first `=`: `10` of `#[every = 10]`.
    pub(crate) fn tokens_after_equals(&self) -> Option<TokenStream> {
        let mut tokens = self.tokens.clone().into_iter();
        tokens.find(|token| is_punct(token, '='))?;
        Some(tokens.collect())
    }
}

/// Returns the first identifier `name` in `tokens`, at any depth.
pub(crate) fn find_ident(tokens: TokenStream, name: &str) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(found) if found == name => Some(found),
        TokenTree::Group(group) => find_ident(group.stream(), name),
        _ => None,
    })
}

fn is_punct(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

impl Parse for Attribute {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let tokens;
        Ok(Self {
            pound: input.parse()?,
            bracket: bracketed!(tokens in input),
            tokens: tokens.parse()?,
        })
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.pound.to_tokens(tokens);
        self.bracket
            .surround(tokens, |tokens| self.tokens.to_tokens(tokens));
    }
}
