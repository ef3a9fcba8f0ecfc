//! The input of the first stage: `#[callback(arguments)] item`.

use super::tokens::tokens_until;
use super::{Arguments, Block};
use crate::attributes::Attribute;
use proc_macro2::{Ident, TokenStream};
use syn::Visibility;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};

/// `#[callback(arguments)] item`
pub(crate) struct FirstStageInput {
    pub(crate) arguments: Arguments,
    pub(crate) item: AnnotatedItem,
}

/// The item below the attribute.
pub(crate) enum AnnotatedItem {
    Block(Block),
    /// An item that is not an `impl` block, which a rule refuses.
    Other {
        /// The keyword of the item: `struct`, `fn`, `trait`.
        keyword: Option<Ident>,
        item: TokenStream,
    },
}

impl FirstStageInput {
    pub(crate) fn new(arguments: TokenStream, item: TokenStream) -> Self {
        Self {
            arguments: Arguments::new(arguments),
            item: AnnotatedItem::new(item),
        }
    }
}

impl AnnotatedItem {
    fn new(item: TokenStream) -> Self {
        match syn::parse2(item.clone()) {
            Ok(block) => Self::Block(block),
            Err(_) => Self::Other {
                keyword: parse_keyword.parse2(item.clone()).ok(),
                item,
            },
        }
    }
}

fn parse_keyword(input: ParseStream) -> syn::Result<Ident> {
    Attribute::parse_outer(input)?;
    input.parse::<Visibility>()?;
    let keyword = input.call(Ident::parse_any)?;
    tokens_until(input, |_| false)?;
    Ok(keyword)
}
