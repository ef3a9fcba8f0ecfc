//! The arguments of `#[callback(…)]`.

use super::separated::separated;
use super::{List, Word};
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Path, Token, Type, token};

/// Everything between the parentheses of `#[callback(…)]`.
pub(crate) struct Arguments {
    /// As written, to be passed on.
    pub(crate) tokens: TokenStream,
    pub(crate) list: Vec<Argument>,
}

/// What stands between two commas.
pub(crate) enum Argument {
    /// `Fit`: the path of a loop.
    Loop(Path),
    /// `weight = 10`, `discover`, `after(A)`.
    Named { name: Ident, value: Value },
    /// None of these.
    Unreadable(syn::Error),
}

/// What a named argument is given.
pub(crate) enum Value {
    /// `discover`
    Absent,
    /// `weight = 10`
    Is(Box<Expr>),
    /// `crate = path`
    Path(Path),
    /// `after(A)`
    List(List),
}

impl Arguments {
    pub(crate) fn new(tokens: TokenStream) -> Self {
        let list = arguments.parse2(tokens.clone());
        Self {
            tokens,
            list: list.unwrap_or_else(|error| vec![Argument::Unreadable(error)]),
        }
    }

    /// The loops that are named.
    pub(crate) fn loops(&self) -> impl Iterator<Item = &Path> {
        self.list.iter().filter_map(|argument| match argument {
            Argument::Loop(path) => Some(path),
            _ => None,
        })
    }

    /// What is given to the first argument that `word` names.
    pub(crate) fn value(&self, word: Word) -> Option<&Value> {
        self.list.iter().find_map(|argument| match argument {
            Argument::Named { name, value } if Word::of(name) == Some(word) => Some(value),
            _ => None,
        })
    }

    /// Those that are given a list.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (&Ident, Word, &List)> {
        self.list.iter().filter_map(|argument| match argument {
            Argument::Named {
                name,
                value: Value::List(list),
            } => {
                let word = Word::of(name).filter(|word| word.takes_list())?;
                Some((name, word, list))
            }
            _ => None,
        })
    }

    /// Whether one of them could not be read, so that a loop may be missing.
    pub(crate) fn are_unreadable(&self) -> bool {
        let crate_is_missing = !matches!(self.value(Word::Crate), None | Some(Value::Path(_)));
        crate_is_missing
            || self
                .list
                .iter()
                .any(|argument| matches!(argument, Argument::Unreadable(_)))
    }
}

/// All of them; one that cannot be read does not hide the next.
fn arguments(input: ParseStream) -> syn::Result<Vec<Argument>> {
    let all = separated(input, surplus)?.into_iter();
    Ok(all
        .map(|argument| argument.unwrap_or_else(Argument::Unreadable))
        .collect())
}

/// What is wrong with `first`, behind an argument.
fn surplus(first: &TokenTree) -> &'static str {
    match first {
        TokenTree::Punct(sign) if sign.as_char() == '<' => {
            "a loop is named by its path alone, without parameters"
        }
        _ => "expected a comma between two arguments",
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(Ident::peek_any) && !begins_path(input) {
            let name = input.call(Ident::parse_any)?;
            let value = Value::parse(&name, input)?;
            return Ok(Self::Named { name, value });
        }
        match input.call(Path::parse_mod_style) {
            Ok(path) => Ok(Self::Loop(path)),
            Err(_) => Err(input.error(
                "expected the path of a loop, as in `Fit`, or an argument, as in `weight = 10`",
            )),
        }
    }
}

/// Whether a loop's path comes next, and not a named argument.
fn begins_path(input: ParseStream) -> bool {
    let named = input.peek2(Token![=]) || input.peek2(token::Paren);
    let fork = input.fork();
    let word = fork.call(Ident::parse_any);
    let forgot_value = word.is_ok_and(|word| !input.peek2(Token![::]) && is_like_a_word(&word));
    !named && !forgot_value
}

/// Whether `name` is an argument's name or close to one, which the name of a loop, being a type's, never is.
fn is_like_a_word(name: &Ident) -> bool {
    let name = name.to_string();
    let words = Word::ALL.iter().map(|(word, _)| *word);
    name.starts_with(char::is_lowercase) && crate::spelling::nearest(&name, words).is_some()
}

impl Value {
    fn parse(name: &Ident, input: ParseStream) -> syn::Result<Self> {
        if input.peek(token::Paren) {
            let list: Group = input.parse()?;
            return Ok(Self::List(List::new(list.stream())));
        }
        if input.parse::<Option<Token![=]>>()?.is_none() {
            return Ok(Self::Absent);
        }
        match Word::of(name) {
            Some(Word::Crate) => parse_crate(input),
            Some(word) if word.takes_list() => parse_without_parentheses(input),
            _ => input.parse().map(Box::new).map(Self::Is),
        }
    }
}

/// A path, or what stands there instead.
fn parse_crate(input: ParseStream) -> syn::Result<Value> {
    if input.peek(syn::Lit) {
        return input.parse().map(Box::new).map(Value::Is);
    }
    input.call(Path::parse_mod_style).map(Value::Path)
}

/// What should stand in parentheses: a type, or anything else.
fn parse_without_parentheses(input: ParseStream) -> syn::Result<Value> {
    let is_type = !input.peek(token::Bracket) && input.fork().parse::<Type>().is_ok();
    let value = if is_type {
        Expr::Verbatim(input.parse::<Type>()?.into_token_stream())
    } else {
        input.parse()?
    };
    Ok(Value::Is(Box::new(value)))
}
