//! The annotated `impl` block.

use super::tokens::tokens_until;
use super::{ImplHeader, Item};
use crate::attributes::Attribute;
use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Token, braced, token};

/// An `impl` block, split into its items.
pub(crate) struct Block {
    pub(crate) attributes: Vec<Attribute>,
    /// The tokens before the braces: `impl<T> PrintLoss<T> where …`.
    pub(crate) header: TokenStream,
    pub(crate) brace: token::Brace,
    pub(crate) items: Vec<Item>,
}

impl Block {
    pub(crate) fn parse_header(&self) -> syn::Result<ImplHeader> {
        syn::parse2(self.header.clone())
    }
}

impl Parse for Block {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = Attribute::parse_outer(input)?;
        input.fork().call(expect_impl)?;
        let header = tokens_until(input, |input| input.peek(token::Brace))?;
        let content;
        Ok(Self {
            attributes,
            header,
            brace: braced!(content in input),
            items: content.call(parse_items)?,
        })
    }
}

/// Fails unless `impl` comes next, possibly after `default` or `unsafe`.
fn expect_impl(input: ParseStream) -> syn::Result<()> {
    input.parse::<Option<Token![default]>>()?;
    input.parse::<Option<Token![unsafe]>>()?;
    input.parse::<Token![impl]>()?;
    Ok(())
}

fn parse_items(input: ParseStream) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    while !input.is_empty() {
        items.push(input.parse()?);
    }
    Ok(items)
}
