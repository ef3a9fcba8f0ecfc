//! The lines between the braces of a loop or a scope.

use super::Aliases;
use super::state::{DeclaredState, parse_word};
use crate::attributes::Attribute;
use crate::errors::Errors;
use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Token, Type, braced, token};

/// One line, which for a scope includes the lines between its braces.
pub(crate) enum Line {
    Scope(Scope),
    Breakpoint(Box<Breakpoint>),
    Ending(Ending),
    Aliases(Aliases),
}

impl Line {
    /// Returns `lines` and the lines of their scopes, at any depth, in the order of the source.
    pub(crate) fn flatten(lines: &[Self]) -> Vec<&Self> {
        let with_inner = lines.iter().flat_map(|line| {
            let inner = line.scope().map(|scope| Self::flatten(&scope.lines));
            [line].into_iter().chain(inner.into_iter().flatten())
        });
        with_inner.collect()
    }

    pub(crate) fn scope(&self) -> Option<&Scope> {
        match self {
            Self::Scope(scope) => Some(scope),
            _ => None,
        }
    }

    /// Returns the name of the breakpoint that the line declares.
    pub(crate) fn breakpoint_name(&self) -> Option<&Ident> {
        match self {
            Self::Scope(_) | Self::Aliases(_) => None,
            Self::Breakpoint(breakpoint) => Some(&breakpoint.name),
            Self::Ending(ending) => Some(&ending.name),
        }
    }

    pub(crate) fn attributes(&self) -> &[Attribute] {
        match self {
            Self::Scope(scope) => &scope.attributes,
            Self::Breakpoint(breakpoint) => &breakpoint.attributes,
            Self::Ending(ending) => &ending.attributes,
            Self::Aliases(aliases) => &aliases.attributes,
        }
    }
}

/// `scope EPOCH counts Epoch with Model { … }` or `phase TRAIN { … }`
pub(crate) struct Scope {
    pub(crate) attributes: Vec<Attribute>,
    /// The keyword `phase`; `None` for a `scope`.
    pub(crate) phase: Option<Ident>,
    pub(crate) name: Ident,
    /// The counters that the run advances where the scope begins.
    pub(crate) counters: Vec<Type>,
    /// The state that exists while the scope is open.
    pub(crate) states: Vec<DeclaredState>,
    pub(crate) lines: Vec<Line>,
    /// Whether every line of the scope was parsed.
    pub(crate) is_complete: bool,
}

/// `on_train_batch_after_loss with Loss;`
pub(crate) struct Breakpoint {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    /// The state that exists from this breakpoint to the end of its scope.
    pub(crate) states: Vec<DeclaredState>,
    /// The type that handlers answer: `Verdict` of `on_update -> Verdict;`.
    pub(crate) answer: Option<Type>,
    /// The counter of the rounds that are complete here: `Step` of `on_step_end completes Step;`.
    pub(crate) completes: Option<Type>,
    /// The word `measures`.
    pub(crate) measures: Option<Ident>,
    /// The word `polls`: callbacks poll here, as at the end of a scope.
    pub(crate) polls: Option<Ident>,
}

/// `stop => on_stop;`
pub(crate) struct Ending {
    pub(crate) attributes: Vec<Attribute>,
    /// `stop`, `interrupt` or `error`.
    pub(crate) keyword: Ident,
    pub(crate) name: Ident,
}

/// Parses the lines up to the closing brace, and continues after a line with a syntax error.
pub(super) fn parse_lines(input: ParseStream, errors: &Errors) -> Vec<Line> {
    let mut lines = Vec::new();
    while !input.is_empty() {
        match parse_line(input, errors) {
            Ok(line) => lines.push(line),
            Err(error) => {
                errors.push(error);
                skip_line(input);
            }
        }
    }
    lines
}

fn parse_line(input: ParseStream, errors: &Errors) -> syn::Result<Line> {
    let attributes = Attribute::parse_outer(input)?;
    let first = parse_name(
        input,
        "a breakpoint, as in `on_epoch_end;`, or a scope, as in `scope EPOCH { … }`",
    )?;
    if input.peek(Token![=>]) {
        return parse_ending(attributes, first, input).map(Line::Ending);
    }
    match first.to_string().as_str() {
        "aliases" => {
            Aliases::parse_after_keyword(attributes, first, input, errors).map(Line::Aliases)
        }
        "scope" => parse_scope(attributes, None, input, errors).map(Line::Scope),
        "phase" => parse_scope(attributes, Some(first), input, errors).map(Line::Scope),
        _ => parse_breakpoint(attributes, first, input)
            .map(|breakpoint| Line::Breakpoint(Box::new(breakpoint))),
    }
}

/// `EPOCH with Epoch { … }`, after the keyword.
fn parse_scope(
    attributes: Vec<Attribute>,
    phase: Option<Ident>,
    input: ParseStream,
    errors: &Errors,
) -> syn::Result<Scope> {
    let name = parse_name(input, "the name of the scope, as in `scope EPOCH { … }`")?;
    let counters = parse_counts_clause(input)?;
    let states = DeclaredState::parse_with_clause(input)?;
    if !input.peek(token::Brace) {
        return Err(input.error(
            "expected the lines of the scope in braces, what it counts, as in `counts Epoch`, or the state in it, as in `with Model`",
        ));
    }
    let content;
    braced!(content in input);
    let before = errors.len();
    let lines = parse_lines(&content, errors);
    Ok(Scope {
        attributes,
        phase,
        name,
        counters,
        states,
        lines,
        is_complete: errors.len() == before,
    })
}

/// `counts Step, Sample`; without `counts` there are no counters.
fn parse_counts_clause(input: ParseStream) -> syn::Result<Vec<Type>> {
    let mut counters = Vec::new();
    if parse_word(input, "counts")?.is_none() {
        return Ok(counters);
    }
    loop {
        counters.push(input.parse()?);
        if input.parse::<Option<Token![,]>>()?.is_none() {
            return Ok(counters);
        }
    }
}

/// `with Loss;`, after the name.
fn parse_breakpoint(
    attributes: Vec<Attribute>,
    name: Ident,
    input: ParseStream,
) -> syn::Result<Breakpoint> {
    let mut states = DeclaredState::parse_with_clause(input)?;
    let mut answer = None;
    if input.parse::<Option<Token![->]>>()?.is_some() {
        answer = Some(input.parse()?);
        states.extend(DeclaredState::parse_with_clause(input)?);
    }
    let completes = parse_word(input, "completes")?;
    let completes = completes.map(|_| input.parse()).transpose()?;
    let measures = parse_word(input, "measures")?;
    let polls = parse_word(input, "polls")?;
    if !input.peek(Token![;]) {
        return Err(input.error(
            "expected `;` after a breakpoint, or the state from here on, as in `with Loss;`",
        ));
    }
    input.parse::<Token![;]>()?;
    Ok(Breakpoint {
        attributes,
        name,
        states,
        answer,
        completes,
        measures,
        polls,
    })
}

/// `=> on_stop;`, after the keyword.
fn parse_ending(
    attributes: Vec<Attribute>,
    keyword: Ident,
    input: ParseStream,
) -> syn::Result<Ending> {
    input.parse::<Token![=>]>()?;
    let name = parse_name(
        input,
        "the breakpoint of this ending, as in `stop => on_stop;`",
    )?;
    input.parse::<Token![;]>()?;
    Ok(Ending {
        attributes,
        keyword,
        name,
    })
}

/// Parses an identifier, which may be a keyword of Rust; the error says `expected {expected}`.
pub(super) fn parse_name(input: ParseStream, expected: &str) -> syn::Result<Ident> {
    if input.peek(Ident::peek_any) {
        input.call(Ident::parse_any)
    } else {
        Err(input.error(format!("expected {expected}")))
    }
}

/// Skips the tokens up to and including the next semicolon or braces.
pub(super) fn skip_line(input: ParseStream) {
    while let Ok(token) = input.parse::<TokenTree>() {
        let is_end = match token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Brace,
            _ => false,
        };
        if is_end {
            return;
        }
    }
}
