//! Reads literals in the values of arguments.

use super::ungroup_expr;
use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprLit, ExprUnary, Lit, LitFloat, LitInt, LitStr, UnOp};

/// Returns the string, if the value is one.
pub(crate) fn string_literal(value: &Expr) -> Option<LitStr> {
    match ungroup_expr(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Str(string),
            ..
        }) => Some(string.clone()),
        _ => None,
    }
}

/// Returns the boolean, if the value is one.
pub(crate) fn bool_literal(value: &Expr) -> Option<bool> {
    match ungroup_expr(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Bool(boolean),
            ..
        }) => Some(boolean.value),
        _ => None,
    }
}

/// Returns the literal, if the value is one and not a number.
pub(crate) fn non_numeric_literal(value: &Expr) -> Option<&Lit> {
    match ungroup_expr(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(_) | Lit::Float(_),
            ..
        }) => None,
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    }
}

/// Returns `10.0` for `10`, and `-10.0` for `-10`, so that a whole number can be written where an `f64` is expected.
pub(super) fn float_literal(value: &Expr) -> Option<TokenStream> {
    match ungroup_expr(value) {
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
            tokens.extend(float_literal(expr)?);
            Some(tokens)
        }
        _ => None,
    }
}

/// Returns `10u64` for `10`, because rustc infers `i32` for a literal if no type is known, and a large number overflows that.
pub(super) fn u64_literal(value: &Expr) -> Option<TokenStream> {
    match ungroup_expr(value) {
        Expr::Lit(ExprLit {
            lit: Lit::Int(int), ..
        }) if int.suffix().is_empty() => {
            let whole = format!("{}u64", int.base10_digits());
            Some(LitInt::new(&whole, int.span()).into_token_stream())
        }
        _ => None,
    }
}
