//! The functions of a block: attributes and signature.

use super::{EveryAttribute, OnAttribute};
use crate::attributes::Attribute;
use crate::handler_name::has_handler_prefix;
use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{FnArg, Meta, PatType, Receiver, ReturnType, Signature, Token, Type, Visibility};

/// A function, which may be a handler.
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

    /// Whether the function is a handler, because it has an `#[on(…)]` or the name of one.
    pub(crate) fn is_handler(&self) -> bool {
        let name = self.name().unraw().to_string();
        let has_on = self.attributes.iter().any(|attribute| attribute.is("on"));
        has_on || has_handler_prefix(&name)
    }

    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        self.signature.receiver()
    }

    /// Returns the parameters without the receiver.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &PatType> {
        self.signature
            .inputs
            .iter()
            .filter_map(|input| match input {
                FnArg::Typed(parameter) => Some(parameter),
                FnArg::Receiver(_) => None,
            })
    }

    /// Returns the return type; `None` without `->`.
    pub(crate) fn return_type(&self) -> Option<&Type> {
        match &self.signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, return_type) => Some(return_type),
        }
    }

    /// Returns the `#[on(…)]` attributes.
    pub(crate) fn on_attributes(&self) -> impl Iterator<Item = OnAttribute> {
        let attributes = self.attributes.iter();
        attributes
            .filter(|attribute| attribute.is("on"))
            .map(OnAttribute::new)
    }

    /// Returns the `#[every(…)]` attributes.
    pub(crate) fn every_attributes(&self) -> impl Iterator<Item = EveryAttribute> {
        let attributes = self.attributes.iter();
        attributes
            .filter(|attribute| attribute.is("every"))
            .map(EveryAttribute::new)
    }

    /// Returns the conditions under which the function is compiled.
    pub(crate) fn conditions(&self) -> Vec<Condition> {
        self.attributes
            .iter()
            .filter_map(Condition::from_attribute)
            .collect()
    }
}

/// The condition of a `#[cfg(…)]`, or of a `cfg` inside a `#[cfg_attr(…)]`.
#[derive(Clone)]
pub(crate) struct Condition {
    pub(crate) cfg: TokenStream,
    /// `a` of `#[cfg_attr(a, cfg(b))]`: `cfg` applies only where `a` holds.
    pub(crate) cfg_attr: Option<TokenStream>,
}

impl Condition {
    fn from_attribute(attribute: &Attribute) -> Option<Self> {
        if attribute.is("cfg") {
            return Some(Self {
                cfg: attribute.arguments()?,
                cfg_attr: None,
            });
        }
        if !attribute.is("cfg_attr") {
            return None;
        }
        let metas = Punctuated::<Meta, Token![,]>::parse_terminated;
        let mut metas = metas.parse2(attribute.arguments()?).ok()?.into_iter();
        let cfg_attr = Some(metas.next()?.into_token_stream());
        let cfg = metas.find_map(|meta| match meta {
            Meta::List(list) if list.path.is_ident("cfg") => Some(list.tokens),
            _ => None,
        })?;
        Some(Self { cfg, cfg_attr })
    }
}
