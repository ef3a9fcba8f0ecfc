//! The names of other frameworks for the breakpoints of a loop: `aliases "Keras" { on_test_begin => on_valid_begin; }`.

use super::line::parse_name;
use super::state::parse_word;
use crate::attributes::Attribute;
use crate::errors::Errors;
use proc_macro2::Ident;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::{LitStr, Token, braced};

/// `aliases "Keras", "skorch" { on_test_begin => on_valid_begin; … }`
pub(crate) struct Aliases {
    pub(crate) attributes: Vec<Attribute>,
    /// The word `aliases`.
    pub(crate) keyword: Ident,
    /// The frameworks that have the hooks.
    pub(crate) frameworks: Vec<LitStr>,
    pub(crate) hooks: Vec<Hooks>,
}

/// `on_before_zero_grad, on_before_backward => on_train_batch_before_backward, "there is nothing to zero";`
pub(crate) struct Hooks {
    pub(crate) names: Vec<HookName>,
    /// The breakpoint that the hooks are here.
    pub(crate) breakpoint: Option<Ident>,
    /// How breakpoint and hooks differ, or what to write in place of hooks without a breakpoint.
    pub(crate) note: Option<LitStr>,
}

/// `on_test_begin`, or `differs on_train_begin`
pub(crate) struct HookName {
    /// The word `differs`: the loop has a breakpoint of this name, and it is another one.
    pub(crate) differs: Option<Ident>,
    pub(crate) ident: Ident,
}

impl Aliases {
    /// Parses what follows the word `aliases`.
    pub(super) fn parse_after_keyword(
        attributes: Vec<Attribute>,
        keyword: Ident,
        input: ParseStream,
        errors: &Errors,
    ) -> syn::Result<Self> {
        let frameworks = parse_frameworks(input)?;
        let content;
        braced!(content in input);
        let mut hooks = Vec::new();
        while !content.is_empty() {
            match content.call(Hooks::parse) {
                Ok(line) => hooks.push(line),
                Err(error) => {
                    errors.push(error);
                    super::line::skip_line(&content);
                }
            }
        }
        Ok(Self {
            attributes,
            keyword,
            frameworks,
            hooks,
        })
    }
}

fn parse_frameworks(input: ParseStream) -> syn::Result<Vec<LitStr>> {
    if !input.peek(LitStr) {
        return Err(
            input.error("expected the framework in quotes, as in `aliases \"Keras\" { … }`")
        );
    }
    Ok(
        Punctuated::<LitStr, Token![,]>::parse_separated_nonempty(input)?
            .into_iter()
            .collect(),
    )
}

impl Hooks {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut names = vec![HookName::parse(input)?];
        while input.parse::<Option<Token![,]>>()?.is_some() {
            names.push(HookName::parse(input)?);
        }
        if input.parse::<Option<Token![=>]>>()?.is_none() {
            return Err(input.error(
                "expected `=>` and the breakpoint here, as in `on_test_begin => on_valid_begin;`",
            ));
        }
        let breakpoint = if input.peek(LitStr) {
            None
        } else {
            Some(parse_name(
                input,
                "the breakpoint here, or in quotes what to write instead",
            )?)
        };
        let has_note = breakpoint.is_none() || input.parse::<Option<Token![,]>>()?.is_some();
        let note = if has_note { Some(input.parse()?) } else { None };
        input.parse::<Token![;]>()?;
        Ok(Self {
            names,
            breakpoint,
            note,
        })
    }
}

impl HookName {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Ok(Self {
            differs: parse_word(input, "differs")?,
            ident: parse_name(input, "the name of a hook, as in `on_test_begin`")?,
        })
    }
}
