//! The input of the second stage, which the macro of the last loop passes to `__expand_callback!`.

use super::{Arguments, Block, ImplHeader, LoopInfo};
use crate::errors::Errors;
use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Path, braced, bracketed};

/// `{::callbacks} [{Fit …} {Driver …}] {Fit, Driver, weight = 10} {impl PrintLoss { … }}`
pub(crate) struct SecondStageInput {
    pub(crate) krate: Path,
    /// The loops, in the order of the arguments that name them.
    pub(crate) loops: Vec<LoopInfo>,
    pub(crate) arguments: Arguments,
    pub(crate) block: Block,
    pub(crate) header: ImplHeader,
}

impl SecondStageInput {
    pub(crate) fn new(tokens: TokenStream, errors: &Errors) -> Option<Self> {
        match syn::parse2(tokens) {
            Ok(input) => Some(input),
            Err(error) => {
                errors.push(error);
                None
            }
        }
    }
}

impl Parse for SecondStageInput {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (krate, loops, arguments, block);
        braced!(krate in input);
        bracketed!(loops in input);
        braced!(arguments in input);
        braced!(block in input);
        let block: Block = block.parse()?;
        Ok(Self {
            krate: krate.call(Path::parse_mod_style)?,
            loops: LoopInfo::parse_all(&loops)?,
            arguments: Arguments::new(arguments.parse()?),
            header: block.parse_header()?,
            block,
        })
    }
}
