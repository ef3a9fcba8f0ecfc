//! The lines of a loop.

use super::State;
use crate::attributes::Attribute;
use crate::errors::Errors;
use proc_macro2::{Ident, TokenTree};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Token, Type, braced, token};

/// What stands in a loop or a scope.
pub(crate) enum Line {
    Scope(Scope),
    Breakpoint(Box<Breakpoint>),
    Ending(Ending),
}

impl Line {
    /// `lines` and everything inside them, in order.
    pub(crate) fn all(lines: &[Self]) -> Vec<&Self> {
        let with_inner = lines.iter().flat_map(|line| {
            let inner = line.scope().map(|scope| Self::all(&scope.lines));
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

    /// The name of the breakpoint that it declares.
    pub(crate) fn breakpoint(&self) -> Option<&Ident> {
        match self {
            Self::Scope(_) => None,
            Self::Breakpoint(breakpoint) => Some(&breakpoint.name),
            Self::Ending(ending) => Some(&ending.name),
        }
    }

    pub(crate) fn attributes(&self) -> &[Attribute] {
        match self {
            Self::Scope(scope) => &scope.attributes,
            Self::Breakpoint(breakpoint) => &breakpoint.attributes,
            Self::Ending(ending) => &ending.attributes,
        }
    }
}

/// `scope EPOCH with Epoch { … }`, or a `phase`.
pub(crate) struct Scope {
    pub(crate) attributes: Vec<Attribute>,
    /// `phase`, if it is one.
    pub(crate) phase: Option<Ident>,
    pub(crate) name: Ident,
    /// The state that is there as long as it is open.
    pub(crate) states: Vec<State>,
    pub(crate) lines: Vec<Line>,
    /// Every line of it could be read.
    pub(crate) is_whole: bool,
}

/// `on_train_batch_after_loss with Loss;`
pub(crate) struct Breakpoint {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) name: Ident,
    /// The state that is there from here to the end of its scope.
    pub(crate) states: Vec<State>,
    /// What handlers answer here.
    pub(crate) answer: Option<Type>,
}

/// `stop => on_stop;`
pub(crate) struct Ending {
    pub(crate) attributes: Vec<Attribute>,
    /// `stop`, `interrupt` or `error`.
    pub(crate) word: Ident,
    pub(crate) name: Ident,
}

/// All lines up to the closing brace; one that cannot be read does not hide the next.
pub(super) fn lines(input: ParseStream, errors: &Errors) -> Vec<Line> {
    let mut lines = Vec::new();
    while !input.is_empty() {
        match line(input, errors) {
            Ok(line) => lines.push(line),
            Err(error) => {
                errors.add(error);
                skip_line(input);
            }
        }
    }
    lines
}

fn line(input: ParseStream, errors: &Errors) -> syn::Result<Line> {
    let attributes = Attribute::parse_outer(input)?;
    let word = name(
        input,
        "a breakpoint, as in `on_epoch_end;`, or a scope, as in `scope EPOCH { … }`",
    )?;
    if input.peek(Token![=>]) {
        return ending(attributes, word, input).map(Line::Ending);
    }
    match word.to_string().as_str() {
        "scope" => scope(attributes, None, input, errors).map(Line::Scope),
        "phase" => scope(attributes, Some(word), input, errors).map(Line::Scope),
        _ => breakpoint(attributes, word, input)
            .map(|breakpoint| Line::Breakpoint(Box::new(breakpoint))),
    }
}

fn scope(
    attributes: Vec<Attribute>,
    phase: Option<Ident>,
    input: ParseStream,
    errors: &Errors,
) -> syn::Result<Scope> {
    let name = name(input, "the name of the scope, as in `scope EPOCH { … }`")?;
    let states = State::all(input)?;
    if !input.peek(token::Brace) {
        return Err(input.error(
            "expected the lines of the scope in braces, or the state in it, as in `with Epoch`",
        ));
    }
    let content;
    braced!(content in input);
    let before = errors.count();
    let lines = lines(&content, errors);
    Ok(Scope {
        attributes,
        phase,
        name,
        states,
        lines,
        is_whole: errors.count() == before,
    })
}

fn breakpoint(
    attributes: Vec<Attribute>,
    name: Ident,
    input: ParseStream,
) -> syn::Result<Breakpoint> {
    let mut states = State::all(input)?;
    let mut answer = None;
    if input.parse::<Option<Token![->]>>()?.is_some() {
        answer = Some(input.parse()?);
        states.extend(State::all(input)?);
    }
    if !input.peek(Token![;]) {
        return Err(input.error(
            "expected `;` behind a breakpoint, or the state from here on, as in `with Loss;`",
        ));
    }
    input.parse::<Token![;]>()?;
    Ok(Breakpoint {
        attributes,
        name,
        states,
        answer,
    })
}

fn ending(attributes: Vec<Attribute>, word: Ident, input: ParseStream) -> syn::Result<Ending> {
    input.parse::<Token![=>]>()?;
    let name = name(
        input,
        "the breakpoint of this ending, as in `stop => on_stop;`",
    )?;
    input.parse::<Token![;]>()?;
    Ok(Ending {
        attributes,
        word,
        name,
    })
}

pub(super) fn name(input: ParseStream, expected: &str) -> syn::Result<Ident> {
    let named = input.peek(Ident::peek_any);
    let missing = || input.error(format!("expected {expected}"));
    if named {
        input.call(Ident::parse_any)
    } else {
        Err(missing())
    }
}

/// Steps behind the next semicolon or closing brace.
fn skip_line(input: ParseStream) {
    while let Ok(token) = input.parse::<TokenTree>() {
        let ends = match token {
            TokenTree::Punct(sign) => sign.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Brace,
            _ => false,
        };
        if ends {
            return;
        }
    }
}
