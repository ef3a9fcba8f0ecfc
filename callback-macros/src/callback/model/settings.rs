//! The settings of the callback, with their defaults.

use super::can_be_function;
use super::literals::{bool_literal, float_literal, non_numeric_literal, string_literal};
use super::persist::Persist;
use super::self_type::{replace_self, type_name};
use crate::callback::syntax::{ArgumentName, ArgumentValue, Arguments, ImplHeader, ListEntry};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, Lit, LitStr};

/// The settings of the callback, without the arguments that a rule refuses.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an argument of its own, and they combine freely"
)]
pub(crate) struct Settings {
    /// `weight = 10`
    pub(crate) weight: Option<Weight>,
    /// `name = "loss"`
    pub(crate) name: Option<LitStr>,
    /// The name of the callback without `name = …`.
    pub(crate) type_name: String,
    /// `produces("accuracy")`
    pub(crate) produces: Vec<LitStr>,
    /// `declare = Self::declare`
    pub(crate) declare: Option<Expr>,
    /// `persist(best)`
    pub(crate) persist: Option<Persist>,
    /// Whether the handlers run on a thread of the callback.
    pub(crate) background: bool,
    /// Whether a library writes the callback for programs that it does not know.
    pub(crate) ready_made: bool,
    pub(crate) discover: bool,
    pub(crate) register: bool,
}

/// A constant expression of type `f64`.
pub(crate) struct Weight(pub(crate) TokenStream);

impl Settings {
    pub(super) fn new(arguments: &Arguments, header: &ImplHeader) -> Self {
        let switch = |name| expression(arguments, name).and_then(bool_literal);
        Self {
            weight: expression(arguments, ArgumentName::Weight)
                .and_then(|weight| Weight::new(weight, header)),
            name: expression(arguments, ArgumentName::Name).and_then(string_literal),
            type_name: type_name(&header.self_type),
            produces: produced_names(arguments),
            declare: expression(arguments, ArgumentName::Declare)
                .filter(|function| can_be_function(function))
                .cloned(),
            persist: Persist::of(arguments),
            background: arguments.value(ArgumentName::Background).is_some(),
            ready_made: arguments.value(ArgumentName::ReadyMade).is_some(),
            discover: switch(ArgumentName::Discover).unwrap_or(true),
            register: switch(ArgumentName::Register).unwrap_or(true),
        }
    }
}

impl Weight {
    /// Returns `None` for a literal that is not a number, which a rule refuses.
    fn new(value: &Expr, header: &ImplHeader) -> Option<Self> {
        if non_numeric_literal(value).is_some() {
            return None;
        }
        let number = float_literal(value).unwrap_or_else(|| value.to_token_stream());
        // The constant is outside the impl block, where `Self` has no meaning.
        let self_type = header.self_type.to_token_stream();
        let is_generic = header.generics.lt_token.is_some();
        Some(Self(if is_generic {
            number
        } else {
            replace_self(number, &self_type)
        }))
    }
}

/// Returns the names in `produces(…)`, without the entries that a rule refuses.
fn produced_names(arguments: &Arguments) -> Vec<LitStr> {
    let Some(ArgumentValue::List(list)) = arguments.value(ArgumentName::Produces) else {
        return Vec::new();
    };
    let names = list.entries.iter().filter_map(|entry| match entry {
        ListEntry::Literal(Lit::Str(name)) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

/// Returns the expression after `name =`.
fn expression(arguments: &Arguments, name: ArgumentName) -> Option<&Expr> {
    match arguments.value(name)? {
        ArgumentValue::Expr(expression) => Some(expression),
        _ => None,
    }
}
