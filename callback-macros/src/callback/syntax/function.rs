//! A function of a block: its attributes and its signature.

use super::{Every, On};
use crate::attributes::Attribute;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{FnArg, Meta, PatType, Receiver, ReturnType, Signature, Token, Type, Visibility};

/// What the names of handlers begin with.
const PREFIXES: [&str; 3] = ["on_", "before_", "after_"];

/// A function that may be a handler.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) signature: Signature,
}

impl Function {
    pub(super) fn parse(attributes: Vec<Attribute>, input: ParseStream) -> syn::Result<Self> {
        input.parse::<Visibility>()?;
        input.parse::<Option<Token![default]>>()?;
        Ok(Self {
            attributes,
            signature: input.parse()?,
        })
    }

    pub(crate) fn name(&self) -> &Ident {
        &self.signature.ident
    }

    /// Whether it is a handler: by `#[on(…)]`, or by its name.
    pub(crate) fn is_handler(&self) -> bool {
        let name = self.name().unraw().to_string();
        let says_on = self.attributes.iter().any(|attribute| attribute.is("on"));
        says_on || begins_like_a_handler(&name)
    }

    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        self.signature.receiver()
    }

    /// What it asks for.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &PatType> {
        self.signature
            .inputs
            .iter()
            .filter_map(|input| match input {
                FnArg::Typed(parameter) => Some(parameter),
                FnArg::Receiver(_) => None,
            })
    }

    /// What it answers; `None` if nothing is written.
    pub(crate) fn answer(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, answer) => Some(answer),
        }
    }

    /// Its `#[on(…)]` attributes.
    pub(crate) fn on(&self) -> impl Iterator<Item = On> {
        let ours = self
            .attributes
            .iter()
            .filter(|attribute| attribute.is("on"));
        ours.map(On::new)
    }

    /// Its `#[every(…)]` attributes.
    pub(crate) fn every(&self) -> impl Iterator<Item = Every> {
        let ours = self
            .attributes
            .iter()
            .filter(|attribute| attribute.is("every"));
        ours.map(Every::new)
    }

    /// What has to hold for it to be there.
    pub(crate) fn conditions(&self) -> Vec<Condition> {
        self.attributes.iter().filter_map(Condition::of).collect()
    }
}

pub(crate) fn begins_like_a_handler(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// What a `#[cfg(…)]` says, or one in a `#[cfg_attr(…)]`.
#[derive(Clone)]
pub(crate) struct Condition {
    pub(crate) cfg: TokenStream,
    /// What has to hold for the condition to be asked at all.
    pub(crate) given: Option<TokenStream>,
}

impl Condition {
    fn of(attribute: &Attribute) -> Option<Self> {
        if attribute.is("cfg") {
            let cfg = attribute.arguments()?;
            return Some(Self { cfg, given: None });
        }
        if !attribute.is("cfg_attr") {
            return None;
        }
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated;
        let mut metas = metas.parse2(attribute.arguments()?).ok()?.into_iter();
        let given = Some(metas.next()?.into_token_stream());
        let cfg = metas.find_map(|meta| match meta {
            Meta::List(list) if list.path.is_ident("cfg") => Some(list.tokens),
            _ => None,
        })?;
        Some(Self { cfg, given })
    }
}
