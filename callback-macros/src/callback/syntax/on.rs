//! The attribute `#[on(train_batch_end, valid_batch_end, phase = train)]`.

use crate::attributes::Attribute;
use proc_macro2::{Ident, TokenStream};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;

/// One `#[on(…)]`.
pub(crate) struct OnAttribute {
    pub(crate) attribute: Attribute,
    /// The names of breakpoints.
    pub(crate) breakpoints: Vec<Ident>,
    /// The phase that contains the breakpoints: `train` of `phase = train`.
    pub(crate) phase: Option<Ident>,
    /// The syntax error of the attribute, if it has one.
    pub(crate) error: Option<syn::Error>,
}

/// One argument of `#[on(…)]`.
enum OnArgument {
    Breakpoint(Ident),
    Phase(Ident),
}

impl OnAttribute {
    pub(super) fn new(attribute: &Attribute) -> Self {
        let arguments = parse_arguments(attribute.arguments().unwrap_or_default());
        let mut on = Self {
            attribute: attribute.clone(),
            breakpoints: Vec::new(),
            phase: None,
            error: None,
        };
        match arguments {
            Ok(arguments) => arguments.into_iter().for_each(|argument| on.add(argument)),
            Err(error) => on.error = Some(error),
        }
        on
    }

    fn add(&mut self, argument: OnArgument) {
        match argument {
            OnArgument::Breakpoint(name) => self.breakpoints.push(name),
            OnArgument::Phase(phase) if self.phase.is_none() => self.phase = Some(phase),
            OnArgument::Phase(second) => {
                let message = "a second phase; a function for two phases takes two `#[on(…)]`";
                self.error = Some(syn::Error::new(second.span(), message));
            }
        }
    }
}

fn parse_arguments(tokens: TokenStream) -> syn::Result<Punctuated<OnArgument, Token![,]>> {
    Punctuated::parse_terminated.parse2(tokens)
}

impl Parse for OnArgument {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(Ident::peek_any) {
            return Err(
                input.error("expected the name of a breakpoint, as in `#[on(train_batch_end)]`")
            );
        }
        let name = input.call(Ident::parse_any)?;
        if !input.peek(Token![=]) {
            return Ok(Self::Breakpoint(name));
        }
        if name != "phase" {
            let message =
                format!("`{name}` takes no value here; only a phase does, as in `phase = train`");
            return Err(syn::Error::new(name.span(), message));
        }
        input.parse::<Token![=]>()?;
        match input.call(Ident::parse_any) {
            Ok(phase) => Ok(Self::Phase(phase)),
            Err(error) => Err(syn::Error::new(
                error.span(),
                "expected the name of a phase, as in `phase = train`",
            )),
        }
    }
}
