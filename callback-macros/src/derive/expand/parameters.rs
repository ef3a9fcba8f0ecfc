//! The functions of `Parameters`.

use crate::derive::model::{Model, TensorField};
use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Path;

/// Expands to:
///
/// ```text
/// type Snapshot = FieldSnapshots;
/// fn visit(&self, visitor: &mut dyn FnMut(&str, &[f64]) -> Result<(), BoxError>) -> Result<(), BoxError> {
///     fields::visit(&self.weights, "weights", visitor)?;
///     Ok(())
/// }
/// …
/// ```
pub(super) fn functions(model: &Model, private: &Path) -> TokenStream {
    let fields = quote!(#private::fields);
    let result = quote!(#private::core::result::Result<(), #private::BoxError>);
    let name_type = quote!(&#private::core::primitive::str);
    let float = quote!(#private::core::primitive::f64);
    let includes =
        quote!(&dyn #private::core::ops::Fn(#name_type) -> #private::core::primitive::bool);
    let visitor = quote!(&mut dyn #private::core::ops::FnMut(#name_type, &[#float]) -> #result);
    let visitor_mut =
        quote!(&mut dyn #private::core::ops::FnMut(#name_type, &mut [#float]) -> #result);
    let ok = quote!(#private::core::result::Result::Ok);
    let saved = quote!(&mut #private::Fields<'_>);
    let members: Vec<_> = model
        .fields
        .iter()
        .map(|TensorField { member, .. }| member)
        .collect();
    let names: Vec<_> = model
        .fields
        .iter()
        .map(|TensorField { name, .. }| name)
        .collect();
    let types: Vec<_> = model
        .fields
        .iter()
        .map(|TensorField { ty, .. }| ty)
        .collect();
    let indices: Vec<_> = (0..members.len()).map(Literal::usize_unsuffixed).collect();
    quote! {
        type Snapshot = #fields::FieldSnapshots;
        fn visit(&self, visitor: #visitor) -> #result {
            #(#fields::visit(&self.#members, #names, visitor)?;)*
            #ok(())
        }
        fn visit_mut(&mut self, visitor: #visitor_mut) -> #result {
            #(#fields::visit_mut(&mut self.#members, #names, visitor)?;)*
            #ok(())
        }
        fn snapshot(&self) -> #private::core::result::Result<#fields::FieldSnapshots, #private::BoxError> {
            let mut snapshots = #fields::FieldSnapshots::new();
            #(snapshots.add(&self.#members)?;)*
            #ok(snapshots)
        }
        fn restore_where(&mut self, snapshot: &#fields::FieldSnapshots, includes: #includes) -> #result {
            #(#fields::restore_where(&mut self.#members, #names, (snapshot, #indices), includes)?;)*
            #ok(())
        }
        fn average_into(&self, snapshot: &mut #fields::FieldSnapshots, share: #float) -> #result {
            #(#fields::average_into(&self.#members, #names, (&mut *snapshot, #indices), share)?;)*
            #ok(())
        }
        fn scale_where(&mut self, by: #float, includes: #includes) -> #result {
            #(#fields::scale_where(&mut self.#members, #names, by, includes)?;)*
            #ok(())
        }
        fn persist(&mut self, saved: #saved) {
            #(#fields::persist(&mut self.#members, #names, saved);)*
        }
        fn persist_snapshot(snapshot: &mut #fields::FieldSnapshots, saved: #saved) {
            #(#fields::persist_snapshot::<#types>((&mut *snapshot, #indices), #names, saved);)*
        }
    }
}
