//! The derived struct: the fields whose tensors belong to it.

use super::syntax::{Declaration, Derived, Helper};
use crate::crate_path;
use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::{Generics, Member, Path, Type};

/// A struct whose fields have tensors.
pub(crate) struct Model {
    pub(crate) krate: Path,
    pub(crate) name: Ident,
    pub(crate) generics: Generics,
    /// The fields that are not skipped.
    pub(crate) fields: Vec<TensorField>,
    /// The item as written, for the rules.
    pub(crate) declaration: Declaration,
}

/// A field with tensors.
pub(crate) struct TensorField {
    pub(crate) member: Member,
    /// The name of the field in the names of its tensors.
    pub(crate) name: String,
    pub(crate) ty: Type,
}

impl Model {
    pub(crate) fn new(declaration: Declaration) -> Self {
        let fields = declaration.fields.iter();
        let fields = fields.filter(|field| !has_word(&field.helpers, "skip"));
        let fields = fields.map(|field| TensorField {
            member: field.member.clone(),
            name: match &field.member {
                Member::Named(name) => name.unraw().to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            },
            ty: field.ty.clone(),
        });
        Self {
            krate: crate_path(&declaration).unwrap_or_else(crate_path::default_crate_path),
            name: declaration.name.clone(),
            generics: declaration.generics.clone(),
            fields: fields.collect(),
            declaration,
        }
    }

    pub(crate) fn derived(&self) -> Derived {
        self.declaration.derived
    }
}

fn has_word(helpers: &[Helper], name: &str) -> bool {
    let words = helpers
        .iter()
        .flat_map(|helper| helper.words.iter().flatten());
    words.into_iter().any(|word| word.name == name)
}

/// Returns the path in `#[parameters(crate = path)]`.
fn crate_path(declaration: &Declaration) -> Option<Path> {
    let helpers = declaration.helpers.iter();
    let mut words = helpers.flat_map(|helper| helper.words.iter().flatten());
    words.find(|word| word.name == "crate")?.value.clone()
}
