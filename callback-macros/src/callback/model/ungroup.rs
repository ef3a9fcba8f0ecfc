//! Removes the invisible groups that `macro_rules!` puts around the types and expressions that it captures.

use syn::{Expr, Type};

/// Returns the type without groups and parentheses around it.
pub(crate) fn ungroup_type(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => ungroup_type(&group.elem),
        Type::Paren(paren) => ungroup_type(&paren.elem),
        other => other,
    }
}

/// Returns the expression without groups around it.
pub(crate) fn ungroup_expr(value: &Expr) -> &Expr {
    match value {
        Expr::Group(group) => ungroup_expr(&group.expr),
        other => other,
    }
}
