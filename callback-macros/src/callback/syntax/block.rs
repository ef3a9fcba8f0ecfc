//! An `impl` block, split into its items. Bodies stay tokens that nobody looks at, so that an unfinished one costs
//! nothing but itself.

use super::Function;
use crate::attributes::Attribute;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Generics, Token, Type, Visibility, braced, token};

/// The words of ours that stand as attributes on functions.
const OURS: [&str; 2] = ["on", "every"];

/// An `impl` block.
pub(crate) struct Block {
    pub(crate) attributes: Vec<Attribute>,
    /// `impl<T> PrintLoss<T> where …`
    pub(crate) head: TokenStream,
    pub(crate) brace: token::Brace,
    pub(crate) items: Vec<Item>,
}

/// What stands before the braces.
pub(crate) struct Head {
    pub(crate) generics: Generics,
    /// The trait, of a block that implements one.
    pub(crate) of_trait: Option<Type>,
    pub(crate) self_type: Type,
}

/// A function, a constant, or anything else in a block.
pub(crate) struct Item {
    pub(crate) attributes: Vec<Attribute>,
    /// What stands before the body.
    pub(crate) head: TokenStream,
    /// The body, or a semicolon.
    pub(crate) tail: TokenStream,
    /// Whether it is one; an unfinished one is too.
    pub(crate) is_function: bool,
    /// The function, if it can be read.
    pub(crate) function: Option<Function>,
}

impl Block {
    pub(crate) fn head(&self) -> syn::Result<Head> {
        syn::parse2(self.head.clone())
    }
}

impl Item {
    /// Whether it is a function that cannot be read.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.is_function && self.function.is_none()
    }

    /// The attributes that only `#[callback]` understands.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(|attribute| OURS.iter().any(|word| attribute.is(word)))
    }

    /// The attributes that everybody understands.
    pub(crate) fn theirs(&self) -> impl Iterator<Item = &Attribute> {
        self.attributes
            .iter()
            .filter(|attribute| !OURS.iter().any(|word| attribute.is(word)))
    }
}

impl Parse for Block {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        input.fork().call(keyword_impl)?;
        let head = tokens_until(input, |input| input.peek(token::Brace))?;
        let content;
        Ok(Self {
            attributes,
            head,
            brace: braced!(content in input),
            items: content.call(items)?,
        })
    }
}

fn items(input: ParseStream) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.parse()?);
    }
    Ok(items)
}

impl Parse for Item {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        let is_function = begins_function(&input.fork());
        let head = if is_function {
            function_head(input)?
        } else {
            other_head(input)?
        };
        let ended = input.peek(token::Brace) || input.peek(Token![;]);
        let tail = if ended {
            Some(input.parse::<TokenTree>()?)
        } else {
            None
        };
        let function = if is_function {
            function(&attributes, &head)
        } else {
            None
        };
        Ok(Self {
            attributes,
            head,
            tail: tail.into_token_stream(),
            is_function,
            function,
        })
    }
}

fn function(attributes: &[Attribute], head: &TokenStream) -> Option<Function> {
    let parse = |input: ParseStream| Function::parse(attributes.to_vec(), input);
    parse.parse2(head.clone()).ok()
}

/// The tokens before a body, or before what cannot belong to this function any more.
fn function_head(input: ParseStream) -> syn::Result<TokenStream> {
    let mut head = tokens_until(input, |input| input.peek(Token![fn]))?;
    head.extend(
        input
            .parse::<Token![fn]>()
            .map(ToTokens::into_token_stream)?,
    );
    head.extend(tokens_until(input, |input| {
        input.peek(token::Brace) || input.peek(Token![;]) || begins_next_item(input)
    })?);
    Ok(head)
}

/// The tokens before the semicolon, or before the braces of a macro.
fn other_head(input: ParseStream) -> syn::Result<TokenStream> {
    let has_value =
        input.peek(Token![const]) || input.peek(Token![type]) || input.peek(Token![pub]);
    tokens_until(input, |input| {
        input.peek(Token![;]) || (!has_value && input.peek(token::Brace))
    })
}

fn tokens_until(input: ParseStream, end: impl Fn(ParseStream) -> bool) -> syn::Result<TokenStream> {
    let mut tokens = TokenStream::new();
    while !input.is_empty() && !end(input) {
        tokens.extend([input.parse::<TokenTree>()?]);
    }
    Ok(tokens)
}

/// `fn` with a name, or what an item begins with: behind the head of a function, a new one.
fn begins_next_item(input: ParseStream) -> bool {
    let named = input.peek(Token![fn]) && input.peek2(Ident::peek_any);
    named || input.peek(Token![pub]) || (input.peek(Token![#]) && input.peek2(token::Bracket))
}

/// Whether `fn` follows, behind a visibility and the words that may stand before it.
fn begins_function(input: ParseStream) -> bool {
    let skip_words = |input: ParseStream| -> syn::Result<bool> {
        input.parse::<Visibility>()?;
        while !input.peek(Token![fn]) && (input.peek(syn::LitStr) || input.peek(Ident::peek_any)) {
            input.parse::<TokenTree>()?;
        }
        Ok(input.peek(Token![fn]))
    };
    skip_words(input).unwrap_or(false)
}

/// The `impl` of a block, behind the words that may stand before it.
fn keyword_impl(input: ParseStream) -> syn::Result<()> {
    input.parse::<Option<Token![default]>>()?;
    input.parse::<Option<Token![unsafe]>>()?;
    input.parse::<Token![impl]>()?;
    // The rest is for others to read.
    tokens_until(input, |_| false)?;
    Ok(())
}

/// The word that says what an item is: `struct`, `fn`, `trait`.
pub(super) fn keyword(input: ParseStream) -> syn::Result<Ident> {
    Attribute::parse_outer(input)?;
    input.parse::<Visibility>()?;
    let word = input.call(Ident::parse_any)?;
    tokens_until(input, |_| false)?;
    Ok(word)
}

impl Parse for Head {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        input.parse::<Option<Token![default]>>()?;
        input.parse::<Option<Token![unsafe]>>()?;
        input.parse::<Token![impl]>()?;
        let mut generics: Generics = input.parse()?;
        input.parse::<Option<Token![const]>>()?;
        input.parse::<Option<Token![!]>>()?;
        let first: Type = input.parse()?;
        let is_of_trait = input.parse::<Option<Token![for]>>()?.is_some();
        let (of_trait, self_type) = if is_of_trait {
            (Some(first), input.parse()?)
        } else {
            (None, first)
        };
        generics.where_clause = input.parse()?;
        Ok(Self {
            generics,
            of_trait,
            self_type,
        })
    }
}
