//! The functions of `Gradients`.

use crate::derive::model::{Model, TensorField};
use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// Expands to:
///
/// ```text
/// fn norms(&self, p: f64, visitor: &mut dyn FnMut(&str, f64)) -> Result<(), BoxError> {
///     fields::norms(&self.weights, "weights", p, visitor)?;
///     Ok(())
/// }
/// …
/// ```
pub(super) fn functions(model: &Model, private: &Path) -> TokenStream {
    let fields = quote!(#private::fields);
    let result = quote!(#private::core::result::Result<(), #private::BoxError>);
    let name_type = quote!(&#private::core::primitive::str);
    let float = quote!(#private::core::primitive::f64);
    let visitor = quote!(&mut dyn #private::core::ops::FnMut(#name_type, &[#float]) -> #result);
    let norm_visitor = quote!(&mut dyn #private::core::ops::FnMut(#name_type, #float));
    let factor = quote!(&mut dyn #private::core::ops::FnMut(#name_type) -> #float);
    let ok = quote!(#private::core::result::Result::Ok);
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
    quote! {
        fn visit(&self, visitor: #visitor) -> #result {
            #(#fields::visit_gradients(&self.#members, #names, visitor)?;)*
            #ok(())
        }
        fn norms(&self, p: #float, visitor: #norm_visitor) -> #result {
            #(#fields::norms(&self.#members, #names, p, visitor)?;)*
            #ok(())
        }
        fn scale_each(&mut self, factor: #factor) -> #result {
            #(#fields::scale_each(&mut self.#members, #names, factor)?;)*
            #ok(())
        }
        fn clamp(&mut self, limit: #float) -> #result {
            #(#fields::clamp(&mut self.#members, limit)?;)*
            #ok(())
        }
        fn add_scaled(&mut self, other: &Self, by: #float) -> #result {
            #(#fields::add_scaled(&mut self.#members, #names, &other.#members, by)?;)*
            #ok(())
        }
    }
}
