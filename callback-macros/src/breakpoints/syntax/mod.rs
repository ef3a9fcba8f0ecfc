//! The declaration as the user writes it, with its spans, before any rule is applied.

mod aliases;
mod line;
mod state;

pub(crate) use aliases::{Aliases, HookName};
pub(crate) use line::{Breakpoint, Ending, Line, Scope};
pub(crate) use state::{ByHand, DeclaredState, UnitClause};

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
    /// The state that exists during the whole run.
    pub(crate) states: Vec<DeclaredState>,
    pub(crate) lines: Vec<Line>,
    /// The whole declaration.
    pub(crate) tokens: TokenStream,
    /// The tokens after the braces, which a rule refuses.
    pub(crate) trailing: TokenStream,
}

impl Declaration {
    pub(crate) fn new(tokens: &TokenStream, errors: &Errors) -> Option<Self> {
        let parse = |input: ParseStream| parse_declaration(input, tokens, errors);
        match parse.parse2(tokens.clone()) {
            Ok(declaration) => Some(declaration),
            Err(error) => {
                errors.push(error);
                None
            }
        }
    }
}

fn parse_declaration(
    input: ParseStream,
    tokens: &TokenStream,
    errors: &Errors,
) -> syn::Result<Declaration> {
    let krate = parse_crate_path(input)?;
    let attributes = Attribute::parse_outer(input)?;
    let visibility = input.parse()?;
    parse_loop_keyword(input)?;
    let name = line::parse_name(input, "the name of the loop, as in `loop Fit { … }`")?;
    let states = DeclaredState::parse_with_clause(input)?;
    let content;
    braced!(content in input);
    Ok(Declaration {
        krate,
        attributes,
        visibility,
        name,
        states,
        lines: line::parse_lines(&content, errors),
        tokens: tokens.clone(),
        trailing: input.parse()?,
    })
}

/// `loop`
fn parse_loop_keyword(input: ParseStream) -> syn::Result<()> {
    if input.parse::<Option<Token![loop]>>()?.is_none() {
        return Err(input.error("expected a loop, as in `pub loop Fit { … }`"));
    }
    Ok(())
}

/// `crate = path;`
fn parse_crate_path(input: ParseStream) -> syn::Result<Option<Path>> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        return Ok(None);
    }
    input.parse::<Token![crate]>()?;
    input.parse::<Token![=]>()?;
    let path = input.call(Path::parse_mod_style)?;
    input.parse::<Token![;]>()?;
    Ok(Some(path))
}
