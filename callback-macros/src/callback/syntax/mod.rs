//! What was written, with its spans, and nothing decided.

mod arguments;
mod block;
mod every;
mod facts;
mod function;
mod list;
mod on;
mod separated;
mod word;

pub(crate) use arguments::{Argument, Arguments, Value};
pub(crate) use block::{Block, Head, Item};
pub(crate) use every::{Clause, Every, Given, Said, Term, said};
pub(crate) use facts::{Fact, Facts};
pub(crate) use function::{Condition, Function};
pub(crate) use list::{List, Member};
pub(crate) use on::On;
pub(crate) use word::Word;

use crate::errors::Errors;
use proc_macro2::{Ident, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Path, braced, bracketed};

/// `#[callback(arguments)] item`.
pub(crate) struct Annotated {
    pub(crate) arguments: Arguments,
    pub(crate) place: Place,
}

/// What the attribute stands on.
pub(crate) enum Place {
    /// An `impl` block.
    Block(Block),
    /// Something else, with the word that says what.
    Elsewhere {
        keyword: Option<Ident>,
        item: TokenStream,
    },
}

impl Annotated {
    pub(crate) fn new(arguments: TokenStream, item: TokenStream) -> Self {
        Self {
            arguments: Arguments::new(arguments),
            place: Place::new(item),
        }
    }
}

impl Place {
    fn new(item: TokenStream) -> Self {
        match syn::parse2(item.clone()) {
            Ok(block) => Self::Block(block),
            Err(_) => Self::Elsewhere {
                keyword: block::keyword.parse2(item.clone()).ok(),
                item,
            },
        }
    }
}

/// What the macro of the last loop passes on.
pub(crate) struct Handover {
    pub(crate) krate: Path,
    pub(crate) loops: Vec<Facts>,
    pub(crate) arguments: Arguments,
    pub(crate) block: Block,
    pub(crate) head: Head,
}

impl Handover {
    pub(crate) fn new(tokens: TokenStream, errors: &Errors) -> Option<Self> {
        match syn::parse2(tokens) {
            Ok(handover) => Some(handover),
            Err(error) => {
                errors.add(error);
                None
            }
        }
    }
}

impl Parse for Handover {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let (krate, loops, arguments, block);
        braced!(krate in input);
        bracketed!(loops in input);
        braced!(arguments in input);
        braced!(block in input);
        let block: Block = block.parse()?;
        Ok(Self {
            krate: krate.call(Path::parse_mod_style)?,
            loops: facts::of_all(&loops)?,
            arguments: Arguments::new(arguments.parse()?),
            head: block.head()?,
            block,
        })
    }
}
