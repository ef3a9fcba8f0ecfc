//! What `#[callback]` stands on.

use crate::callback::model::{Model, bare};
use crate::callback::syntax::{Block, Head, Place};
use crate::errors::Errors;
use proc_macro2::Ident;
use syn::Type;

/// It stands on a plain `impl` block of a type with a name.
pub(super) fn check_block(place: &Place, errors: &Errors) {
    match place {
        Place::Elsewhere { keyword, .. } => elsewhere(keyword.as_ref(), errors),
        Place::Block(block) => match block.head() {
            Ok(head) => check_head(&head, errors),
            Err(error) => errors.add(error),
        },
    }
}

fn elsewhere(keyword: Option<&Ident>, errors: &Errors) {
    let wanted = "`#[callback]` belongs on an `impl` block, whose functions are the handlers";
    match keyword {
        Some(keyword) => errors.at(keyword, format!("{wanted}; this is a `{keyword}`")),
        None => errors.at_span(proc_macro2::Span::call_site(), wanted),
    }
}

fn check_head(head: &Head, errors: &Errors) {
    if let Some(of_trait) = &head.of_trait {
        let message = "`#[callback]` belongs on an `impl` block without a trait; write `impl` and the type alone";
        errors.at(of_trait, message);
        return;
    }
    if !matches!(bare(&head.self_type), Type::Path(_) | Type::Macro(_)) {
        let message = "a callback is a struct or an enum of yours; wrap this type in one";
        errors.at(&head.self_type, message);
    }
}

/// One attribute names all the loops of a block.
pub(super) fn check_annotated_once(model: &Model, errors: &Errors) {
    let Block { attributes, .. } = &model.block;
    for second in attributes
        .iter()
        .filter(|attribute| attribute.is("callback"))
    {
        errors.at(second, "a second `#[callback]` on one block; name all its loops in one, as in `#[callback(Fit, Driver)]`");
    }
}
