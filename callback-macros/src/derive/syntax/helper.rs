//! The attribute of a derive: `#[parameters(skip)]`.

use crate::errors::Errors;
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Path, Token};

/// `#[parameters(skip)]`
pub(crate) struct Helper {
    /// The name of the attribute, for errors about the whole of it.
    pub(crate) name: Path,
    /// The words between the parentheses; `None` if they could not be parsed.
    pub(crate) words: Option<Vec<Word>>,
}

/// `skip`, or `crate = path`
pub(crate) struct Word {
    pub(crate) name: Ident,
    pub(crate) value: Option<Path>,
}

impl Helper {
    pub(super) fn new(attribute: &Attribute, errors: &Errors) -> Self {
        let words = match &attribute.meta {
            Meta::List(list) => {
                let parsed = list.parse_args_with(Punctuated::<Word, Token![,]>::parse_terminated);
                parsed.map_or_else(
                    |error| {
                        errors.push(error);
                        None
                    },
                    |words| Some(words.into_iter().collect()),
                )
            }
            _ => Some(Vec::new()),
        };
        Self {
            name: attribute.path().clone(),
            words,
        }
    }
}

impl Parse for Word {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a word, such as `skip`"));
        }
        let name = input.call(Ident::parse_any)?;
        let value = if input.parse::<Option<Token![=]>>()?.is_some() {
            Some(input.call(Path::parse_mod_style)?)
        } else {
            None
        };
        Ok(Self { name, value })
    }
}
