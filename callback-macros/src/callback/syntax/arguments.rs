//! The arguments of `#[callback(…)]`.

use super::comma_separated::parse_comma_separated;
use super::{ArgumentName, ForeignSetting, List};
use crate::spelling::nearest;
use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Expr, Path, Token, Type, token};

/// The arguments between the parentheses of `#[callback(…)]`.
pub(crate) struct Arguments {
    /// The tokens between the parentheses, which the first stage passes on.
    pub(crate) tokens: TokenStream,
    pub(crate) list: Vec<Argument>,
}

/// One argument.
pub(crate) enum Argument {
    /// The path of a loop: `Fit`.
    Loop(Path),
    /// `weight = 10`, `background`, `after(A)`
    Named { ident: Ident, value: ArgumentValue },
    /// An argument with a syntax error.
    Invalid(syn::Error),
}

/// The value of a named argument.
pub(crate) enum ArgumentValue {
    /// `background`
    Absent,
    /// `weight = 10`
    Expr(Box<Expr>),
    /// `crate = path`
    Path(Path),
    /// `after(A)`
    List(List),
}

impl Arguments {
    pub(crate) fn new(tokens: TokenStream) -> Self {
        let list = parse_arguments.parse2(tokens.clone());
        Self {
            tokens,
            list: list.unwrap_or_else(|error| vec![Argument::Invalid(error)]),
        }
    }

    /// Returns the paths of the loops.
    pub(crate) fn loops(&self) -> impl Iterator<Item = &Path> {
        self.list.iter().filter_map(|argument| match argument {
            Argument::Loop(path) => Some(path),
            _ => None,
        })
    }

    /// Returns the named arguments, unknown names included.
    pub(crate) fn named(&self) -> impl Iterator<Item = (&Ident, &ArgumentValue)> {
        self.list.iter().filter_map(|argument| match argument {
            Argument::Named { ident, value } => Some((ident, value)),
            _ => None,
        })
    }

    /// Returns the value of the first argument `name`.
    pub(crate) fn value(&self, name: ArgumentName) -> Option<&ArgumentValue> {
        let mut named = self.named();
        let argument = named.find(|(ident, _)| ArgumentName::from_ident(ident) == Some(name));
        argument.map(|(_, value)| value)
    }

    /// Returns the arguments with a list in parentheses.
    pub(crate) fn lists(&self) -> impl Iterator<Item = (&Ident, ArgumentName, &List)> {
        self.named().filter_map(|(ident, value)| match value {
            ArgumentValue::List(list) => {
                let name = ArgumentName::from_ident(ident).filter(|name| name.may_have_list())?;
                Some((ident, name, list))
            }
            _ => None,
        })
    }

    /// Whether a syntax error may hide a loop, or the path of the crate.
    pub(crate) fn may_lack_a_path(&self) -> bool {
        let crate_value = self.value(ArgumentName::Crate);
        let crate_is_missing = !matches!(crate_value, None | Some(ArgumentValue::Path(_)));
        let is_invalid = |argument: &Argument| matches!(argument, Argument::Invalid(_));
        crate_is_missing || self.list.iter().any(is_invalid)
    }
}

fn parse_arguments(input: ParseStream) -> syn::Result<Vec<Argument>> {
    let arguments = parse_comma_separated(input, unexpected)?.into_iter();
    Ok(arguments
        .map(|argument| argument.unwrap_or_else(Argument::Invalid))
        .collect())
}

/// Returns the message for a token that follows an argument before the comma.
fn unexpected(token: &TokenTree) -> &'static str {
    match token {
        TokenTree::Punct(punct) if punct.as_char() == '<' => {
            "a loop is named by its path alone, without parameters"
        }
        _ => "expected a comma between two arguments",
    }
}

impl Parse for Argument {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(Ident::peek_any) && !begins_loop_path(input) {
            let ident = input.call(Ident::parse_any)?;
            let value = ArgumentValue::parse(&ident, input)?;
            return Ok(Self::Named { ident, value });
        }
        match input.call(Path::parse_mod_style) {
            Ok(path) => Ok(Self::Loop(path)),
            Err(_) => Err(input.error(
                "expected the path of a loop, as in `Fit`, or an argument, as in `weight = 10`",
            )),
        }
    }
}

/// Whether the next argument is the path of a loop, and not a named argument or one whose value is missing.
fn begins_loop_path(input: ParseStream) -> bool {
    let has_value = input.peek2(Token![=]) || input.peek2(token::Paren);
    let fork = input.fork();
    let first = fork.call(Ident::parse_any);
    let lacks_value =
        first.is_ok_and(|first| !input.peek2(Token![::]) && resembles_argument_name(&first));
    !has_value && !lacks_value
}

/// Whether `ident` is, or is near, an argument's name. The name of a loop is not, because types begin in upper case.
fn resembles_argument_name(ident: &Ident) -> bool {
    let ident = ident.to_string();
    let is_known = ForeignSetting::from_word(&ident).is_some()
        || nearest(&ident, ArgumentName::spellings()).is_some();
    ident.starts_with(char::is_lowercase) && is_known
}

impl ArgumentValue {
    fn parse(ident: &Ident, input: ParseStream) -> syn::Result<Self> {
        if input.peek(token::Paren) {
            let list: Group = input.parse()?;
            return Ok(Self::List(List::new(list.stream())));
        }
        if input.parse::<Option<Token![=]>>()?.is_none() {
            return Ok(Self::Absent);
        }
        match ArgumentName::from_ident(ident) {
            Some(ArgumentName::Crate) => parse_crate_path(input),
            Some(name) if name.takes_list() => parse_type_or_expression(input),
            _ => input.parse().map(Box::new).map(Self::Expr),
        }
    }
}

/// Parses a path; a literal becomes an expression, which a rule refuses.
fn parse_crate_path(input: ParseStream) -> syn::Result<ArgumentValue> {
    if input.peek(syn::Lit) {
        return input.parse().map(Box::new).map(ArgumentValue::Expr);
    }
    input.call(Path::parse_mod_style).map(ArgumentValue::Path)
}

/// Parses the value of `after = Metrics`, which a rule refuses because it lacks parentheses.
fn parse_type_or_expression(input: ParseStream) -> syn::Result<ArgumentValue> {
    let is_type = !input.peek(token::Bracket) && input.fork().parse::<Type>().is_ok();
    let value = if is_type {
        Expr::Verbatim(input.parse::<Type>()?.into_token_stream())
    } else {
        input.parse()?
    };
    Ok(ArgumentValue::Expr(Box::new(value)))
}
