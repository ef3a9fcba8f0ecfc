//! Checks the item below `#[callback]`.

use crate::callback::model::{Model, ungroup_type};
use crate::callback::syntax::{AnnotatedItem, Block, ImplHeader};
use crate::errors::Errors;
use proc_macro2::{Ident, Span};
use syn::Type;

/// The item is an inherent `impl` block of a struct or an enum. Rejects:
///
/// ```text
/// #[callback]
/// struct PrintLoss;
///
/// #[callback]
/// impl Display for PrintLoss { … }
///
/// #[callback]
/// impl dyn Display { … }
/// ```
pub(super) fn check_inherent_impl(item: &AnnotatedItem, errors: &Errors) {
    match item {
        AnnotatedItem::Other { keyword, .. } => report_other_item(keyword.as_ref(), errors),
        AnnotatedItem::Block(block) => match block.parse_header() {
            Ok(header) => check_header(&header, errors),
            Err(error) => errors.push(error),
        },
    }
}

/// Reports an item that is not an `impl` block. `keyword` is `None` if no word follows the attributes and the visibility.
fn report_other_item(keyword: Option<&Ident>, errors: &Errors) {
    let expected = "`#[callback]` belongs on an `impl` block, whose functions are the handlers";
    match keyword {
        Some(keyword) => errors.report(keyword, format!("{expected}; this is a `{keyword}`")),
        None => errors.report_at(Span::call_site(), expected),
    }
}

/// Reports a trait, and a type that is certainly no struct or enum. A macro may expand to the path of one.
fn check_header(header: &ImplHeader, errors: &Errors) {
    if let Some(of_trait) = &header.of_trait {
        let message = "`#[callback]` belongs on an `impl` block without a trait; write `impl` and the type alone";
        errors.report(of_trait, message);
        return;
    }
    if !matches!(
        ungroup_type(&header.self_type),
        Type::Path(_) | Type::Macro(_)
    ) {
        let message = "a callback is a struct or an enum of yours; wrap this type in one";
        errors.report(&header.self_type, message);
    }
}

/// A block has one `#[callback]`, which names all its loops. Rejects:
///
/// ```text
/// #[callback(Fit)]
/// #[callback(Driver)]
/// impl PrintLoss { … }
/// ```
pub(super) fn check_one_attribute(model: &Model, errors: &Errors) {
    let Block { attributes, .. } = &model.block;
    let extra = attributes
        .iter()
        .filter(|attribute| attribute.is("callback"));
    for attribute in extra {
        errors.report(attribute, "a second `#[callback]` on one block; name all its loops in one, as in `#[callback(Fit, Driver)]`");
    }
}
