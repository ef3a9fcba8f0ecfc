//! Writes the impl of a derive. It reports no errors: the model contains nothing that a rule refused.

mod gradients;
mod parameters;

use super::model::{Model, TensorField};
use super::syntax::Derived;
use crate::crate_path;
use crate::errors::Errors;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Path, WherePredicate, parse_quote};

/// Expands to:
///
/// ```text
/// const _: () = {
///     impl Parameters for Layer where Vec<f32>: ParameterField { … }
/// };
/// ```
pub(crate) fn expand(model: Option<Model>, errors: Errors) -> TokenStream {
    let errors = errors.into_compile_errors();
    let Some(model) = model else {
        return errors;
    };
    let private = crate_path::private_module(&model.krate);
    let (name, bounds) = (&model.name, bounds(&model, &private));
    let mut generics = model.generics.clone();
    generics.make_where_clause().predicates.extend(bounds);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let (derived, functions) = match model.derived() {
        Derived::Parameters => (quote!(Parameters), parameters::functions(&model, &private)),
        Derived::Gradients => (quote!(Gradients), gradients::functions(&model, &private)),
    };
    quote! {
        #errors
        const _: () = {
            #[automatically_derived]
            #[allow(deprecated, unused_variables, private_bounds, clippy::all, clippy::pedantic)]
            impl #impl_generics #private::#derived for #name #type_generics #where_clause {
                #functions
            }
        };
    }
}

/// Expands to:
///
/// ```text
/// Vec<f32>: ParameterField
/// ```
///
/// A field that contains the struct itself, as `children: Vec<Tree>`, has no bound: it holds where the impl does, and a bound would need it
/// first.
fn bounds(model: &Model, private: &Path) -> Vec<WherePredicate> {
    let bound = match model.derived() {
        Derived::Parameters => quote!(#private::fields::ParameterField),
        Derived::Gradients => quote!(#private::fields::GradientField),
    };
    let fields = model.fields.iter();
    let fields = fields.filter(|field| !names_itself(field.ty.to_token_stream(), &model.name));
    let bounds = fields.map(|TensorField { ty, .. }| {
        // If the type has no tensors, rustc's error points at it.
        let last = ty.to_token_stream().into_iter().last();
        let span = last.map_or_else(Span::call_site, |token| token.span());
        let bound = set_spans(quote!(: #bound), span);
        parse_quote!(#ty #bound)
    });
    bounds.collect()
}

/// Whether a type has `Self` or the name of the struct in it, and not as the end of a longer path.
fn names_itself(ty: TokenStream, name: &Ident) -> bool {
    let mut is_in_path = false;
    ty.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => !is_in_path && (ident == *name || ident == "Self"),
        TokenTree::Group(group) => names_itself(group.stream(), name),
        TokenTree::Punct(punct) => {
            is_in_path = punct.as_char() == ':';
            false
        }
        TokenTree::Literal(_) => false,
    })
}

/// Gives all tokens of a path this span.
fn set_spans(tokens: TokenStream, span: Span) -> TokenStream {
    let tokens = tokens.into_iter();
    let tokens = tokens.map(|mut token| {
        token.set_span(span);
        token
    });
    tokens.collect()
}
