//! The items of a block. Bodies are not parsed, so that an unfinished body does not hide the other items.

use super::Function;
use super::tokens::tokens_until;
use crate::attributes::{Attribute, find_ident};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Token, Visibility, token};

/// The attributes on functions that `#[callback]` reads and removes.
const HELPER_ATTRIBUTES: [&str; 2] = ["on", "every"];

/// A function, a constant or another item.
pub(crate) struct Item {
    pub(crate) attributes: Vec<Attribute>,
    /// The tokens before the body.
    pub(crate) header: TokenStream,
    /// The body in braces, or a semicolon; empty for an unfinished item.
    pub(crate) body: TokenStream,
    /// Whether the item is a function, even an unfinished one.
    pub(crate) is_function: bool,
    /// The parsed function; `None` for other items and for a function with a syntax error.
    pub(crate) function: Option<Function>,
}

impl Item {
    /// Whether the item is a function with a syntax error.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.is_function && self.function.is_none()
    }

    /// Whether the item is `pub`, `pub(crate)` or the like.
    pub(crate) fn is_public(&self) -> bool {
        let first = self.header.clone().into_iter().next();
        matches!(first, Some(TokenTree::Ident(first)) if first == "pub")
    }

    /// Whether the item contains this identifier.
    pub(crate) fn mentions(&self, name: &str) -> bool {
        let has = |tokens: &TokenStream| find_ident(tokens.clone(), name).is_some();
        let mut attributes = self.attributes.iter();
        has(&self.body) || has(&self.header) || attributes.any(|each| has(&each.tokens))
    }

    /// Returns the attributes that only `#[callback]` understands: `#[on(…)]` and `#[every(…)]`.
    pub(crate) fn helper_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(|attribute| is_helper(attribute))
    }

    /// Returns the attributes that stay on the item.
    pub(crate) fn other_attributes(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(|attribute| !is_helper(attribute))
    }
}

fn is_helper(attribute: &Attribute) -> bool {
    HELPER_ATTRIBUTES.iter().any(|name| attribute.is(name))
}

impl Parse for Item {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let is_function = begins_function(&input.fork());
        let header = if is_function {
            function_header(input)?
        } else {
            other_header(input)?
        };
        let has_body = input.peek(token::Brace) || input.peek(Token![;]);
        let body = if has_body {
            Some(input.parse::<TokenTree>()?)
        } else {
            None
        };
        let function = if is_function {
            parse_function(&attributes, &header)
        } else {
            None
        };
        Ok(Self {
            attributes,
            header,
            body: body.into_token_stream(),
            is_function,
            function,
        })
    }
}

fn parse_function(attributes: &[Attribute], header: &TokenStream) -> Option<Function> {
    let parse = |input: ParseStream| Function::parse(attributes.to_vec(), input);
    parse.parse2(header.clone()).ok()
}

/// Whether `fn` follows after the visibility and the qualifiers.
fn begins_function(input: ParseStream) -> bool {
    let skip_qualifiers = |input: ParseStream| -> syn::Result<bool> {
        input.parse::<Visibility>()?;
        while !input.peek(Token![fn]) && (input.peek(syn::LitStr) || input.peek(Ident::peek_any)) {
            input.parse::<TokenTree>()?;
        }
        Ok(input.peek(Token![fn]))
    };
    skip_qualifiers(input).unwrap_or(false)
}

/// Reads the tokens before the body. Without a body, reads up to the next item.
fn function_header(input: ParseStream) -> syn::Result<TokenStream> {
    let mut header = tokens_until(input, |input| input.peek(Token![fn]))?;
    header.extend(
        input
            .parse::<Token![fn]>()
            .map(ToTokens::into_token_stream)?,
    );
    header.extend(tokens_until(input, |input| {
        input.peek(token::Brace) || input.peek(Token![;]) || begins_next_item(input)
    })?);
    Ok(header)
}

/// Whether the next tokens cannot belong to the header of a function: `fn` with a name, `pub` or an attribute.
fn begins_next_item(input: ParseStream) -> bool {
    let is_named_function = input.peek(Token![fn]) && input.peek2(Ident::peek_any);
    is_named_function
        || input.peek(Token![pub])
        || (input.peek(Token![#]) && input.peek2(token::Bracket))
}

/// Reads the tokens before the semicolon, or before the braces of a macro call.
fn other_header(input: ParseStream) -> syn::Result<TokenStream> {
    let has_value =
        input.peek(Token![const]) || input.peek(Token![type]) || input.peek(Token![pub]);
    tokens_until(input, |input| {
        input.peek(Token![;]) || (!has_value && input.peek(token::Brace))
    })
}
