//! What was written, with its spans, and nothing decided.

mod line;
mod state;

pub(crate) use line::{Breakpoint, Ending, Line, Scope};
pub(crate) use state::{Counts, State};

use crate::attributes::Attribute;
use crate::errors::Errors;
use proc_macro2::{Ident, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Path, Token, Visibility, braced};

/// `pub loop Fit with LearningRate { … }`
pub(crate) struct Declaration {
    pub(crate) krate: Option<Path>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) name: Ident,
    /// The state that is there all of a run.
    pub(crate) states: Vec<State>,
    pub(crate) lines: Vec<Line>,
    /// As written.
    pub(crate) tokens: TokenStream,
    /// What stands behind the braces, where nothing belongs.
    pub(crate) rest: TokenStream,
}

impl Declaration {
    pub(crate) fn new(tokens: &TokenStream, errors: &Errors) -> Option<Self> {
        let parse = |input: ParseStream| declaration(input, tokens, errors);
        match parse.parse2(tokens.clone()) {
            Ok(declaration) => Some(declaration),
            Err(error) => {
                errors.add(error);
                None
            }
        }
    }
}

fn declaration(
    input: ParseStream,
    tokens: &TokenStream,
    errors: &Errors,
) -> syn::Result<Declaration> {
    let krate = krate(input)?;
    let attributes = Attribute::parse_outer(input)?;
    let visibility = input.parse()?;
    keyword(input)?;
    let name = line::name(input, "the name of the loop, as in `loop Fit { … }`")?;
    let states = State::all(input)?;
    let content;
    braced!(content in input);
    Ok(Declaration {
        krate,
        attributes,
        visibility,
        name,
        states,
        lines: line::lines(&content, errors),
        tokens: tokens.clone(),
        rest: input.parse()?,
    })
}

/// `loop`
fn keyword(input: ParseStream) -> syn::Result<()> {
    if input.parse::<Option<Token![loop]>>()?.is_none() {
        return Err(input.error("expected a loop, as in `pub loop Fit { … }`"));
    }
    Ok(())
}

/// `crate = path;`
fn krate(input: ParseStream) -> syn::Result<Option<Path>> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        return Ok(None);
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let path = input.call(Path::parse_mod_style)?;
    input.parse::<Token![;]>()?;
    Ok(Some(path))
}
