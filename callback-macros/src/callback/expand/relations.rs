//! What the callback says of others.

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
        Relation::Type { verb, of } => quote!(.#verb(#private::CallbackRef::of::<#of>())),
        Relation::Name { verb, of } => quote!(.#verb(#of)),
        Relation::Group { verb, group } => quote!(.#verb::<#group>()),
    }
}
