//! The relations of the callback to other callbacks.

use crate::callback::model::{Model, Relation};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// Expands to:
///
/// ```text
/// .after(CallbackRef::of::<Metrics>()).before("loss").group::<Monitors>()
/// ```
pub(super) fn relations(model: &Model, private: &Path) -> TokenStream {
    let relations = model.relations.iter();
    relations.map(|each| relation(each, private)).collect()
}

fn relation(relation: &Relation, private: &Path) -> TokenStream {
    match relation {
        Relation::Type { method, ty } => quote!(.#method(#private::CallbackRef::of::<#ty>())),
        Relation::Name { method, name } => quote!(.#method(#name)),
        Relation::Group { method, group } => quote!(.#method::<#group>()),
    }
}
