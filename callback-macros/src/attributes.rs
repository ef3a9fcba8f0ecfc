//! Attributes as they are written: never interpreted here, so that an unfinished one cannot stop us.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{Token, bracketed, token};

/// `#[…]`, kept as tokens.
#[derive(Clone)]
pub(crate) struct Attribute {
    pound: Token![#],
    bracket: token::Bracket,
    /// What stands between the brackets.
    pub(crate) inside: TokenStream,
}

impl Attribute {
    /// The attributes before an item.
    pub(crate) fn parse_outer(input: ParseStream) -> syn::Result<Vec<Self>> {
        let mut attributes = Vec::new();
        while input.peek(Token![#]) && input.peek2(token::Bracket) {
            attributes.push(input.parse()?);
        }
        Ok(attributes)
    }

    /// The last word of its path: `callback` of `#[callbacks::callback(weight = 1)]`.
    pub(crate) fn word(&self) -> Option<Ident> {
        let path = self.inside.clone().into_iter().take_while(
            |token| matches!(token, TokenTree::Ident(_) | TokenTree::Punct(_) if !is_punct(token, '=')),
        );
        path.filter_map(|token| match token {
            TokenTree::Ident(word) => Some(word),
            _ => None,
        })
        .last()
    }

    /// Whether it is `#[word…]`.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.word().is_some_and(|found| found.unraw() == word)
    }

    /// What stands between its parentheses; `None` if there are none.
    pub(crate) fn arguments(&self) -> Option<TokenStream> {
        self.inside
            .clone()
            .into_iter()
            .find_map(|token| match token {
                TokenTree::Group(group) => Some(group.stream()),
                _ => None,
            })
    }
}

/// Where `word` stands first, at any depth.
pub(crate) fn first_word(tokens: TokenStream, word: &str) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(found) if found == word => Some(found),
        TokenTree::Group(group) => first_word(group.stream(), word),
        _ => None,
    })
}

/// Whether `token` is the single sign `sign`.
fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

impl Parse for Attribute {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let inside;
        Ok(Self {
            pound: input.parse()?,
            bracket: bracketed!(inside in input),
            inside: inside.parse()?,
        })
    }
}

impl ToTokens for Attribute {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.pound.to_tokens(tokens);
        self.bracket
            .surround(tokens, |tokens| self.inside.to_tokens(tokens));
    }
}
