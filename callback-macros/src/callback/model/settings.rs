//! What the arguments say, and what holds where they say nothing.

use super::own_type::name_self;
use crate::callback::syntax::{Arguments, Head, Value, Word};
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitFloat, LitStr, Type, UnOp};

/// What the callback is like.
pub(crate) struct Settings {
    /// Its place among others.
    pub(crate) weight: Option<Weight>,
    /// What it is called, if not by its type's name.
    pub(crate) name: Option<LitStr>,
    /// What it is called otherwise.
    pub(crate) type_name: String,
    /// Its handlers run when the loop has gone on.
    pub(crate) background: bool,
    pub(crate) discover: bool,
    pub(crate) register: bool,
}

/// A constant expression of type `f64`.
pub(crate) struct Weight(pub(crate) TokenStream);

impl Settings {
    pub(super) fn new(arguments: &Arguments, head: &Head) -> Self {
        Self {
            weight: expression(arguments, Word::Weight)
                .and_then(|weight| Weight::new(weight, head)),
            name: expression(arguments, Word::Name).and_then(text),
            type_name: super::own_type::name_of(&head.self_type),
            background: arguments.value(Word::Background).is_some(),
            discover: expression(arguments, Word::Discover)
                .and_then(truth)
                .unwrap_or(true),
            register: expression(arguments, Word::Register)
                .and_then(truth)
                .unwrap_or(true),
        }
    }
}

impl Weight {
    /// `None` if it cannot be a number, which a rule then says.
    fn new(written: &Expr, head: &Head) -> Option<Self> {
        if not_a_number(written).is_some() {
            return None;
        }
        let number = as_float(written).unwrap_or_else(|| written.to_token_stream());
        // The constant does not stand inside the impl block, where `Self` would be known.
        let own_type = head.self_type.to_token_stream();
        let is_generic = head.generics.lt_token.is_some();
        Some(Self(if is_generic {
            number
        } else {
            name_self(number, &own_type)
        }))
    }
}

/// The literal, if `weight` is one that is no number.
pub(crate) fn not_a_number(weight: &Expr) -> Option<&Lit> {
    match bare_value(weight) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(_) | Lit::Float(_),
            ..
        }) => None,
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    }
}

/// `10` as `10.0`, and `-10` as `-10.0`.
pub(super) fn as_float(weight: &Expr) -> Option<TokenStream> {
    match bare_value(weight) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(int), ..
        }) if int.suffix().is_empty() => {
            let float = format!("{}.0", int.base10_digits());
            Some(LitFloat::new(&float, int.span()).into_token_stream())
        }
        Expr::Unary(ExprUnary {
            op: UnOp::Neg(minus),
            expr,
            ..
        }) => {
            let mut tokens = minus.into_token_stream();
            tokens.extend(as_float(expr)?);
            Some(tokens)
        }
        _ => None,
    }
}

fn expression(arguments: &Arguments, word: Word) -> Option<&Expr> {
    match arguments.value(word)? {
        Value::Is(expression) => Some(expression),
        _ => None,
    }
}

pub(crate) fn text(value: &Expr) -> Option<LitStr> {
    match bare_value(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        }) => Some(text.clone()),
        _ => None,
    }
}

pub(crate) fn truth(value: &Expr) -> Option<bool> {
    match bare_value(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Bool(truth),
            ..
        }) => Some(truth.value),
        _ => None,
    }
}

/// The type without parentheses, or what a macro puts around it.
pub(crate) fn bare(written: &Type) -> &Type {
    match written {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

/// The value without what a macro puts around it.
pub(crate) fn bare_value(written: &Expr) -> &Expr {
    match written {
        Expr::Group(group) => bare_value(&group.expr),
        other => other,
    }
}
