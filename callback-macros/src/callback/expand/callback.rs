//! The impl of `Callback`.

use super::{binding, location, provisions, relations};
use crate::attributes::first_word;
use crate::callback::model::{Handler, Loop, Model};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Path, Token};

/// Expands to:
///
/// ```text
/// impl<T> Callback<Fit> for PrintLoss<T> where Self: 'static {
///     fn info(&self) -> CallbackInfo { … }
///     fn handlers(&self, handlers: &mut Handlers<Fit, Self>) { … }
/// }
/// ```
pub(super) fn implementation(model: &Model, in_loop: usize, private: &Path) -> TokenStream {
    let Some(Loop { path, .. }) = model.loops.get(in_loop) else {
        return TokenStream::new();
    };
    let generics = &model.head.generics;
    let (parameters, _, _) = generics.split_for_impl();
    let clauses = where_clause(model);
    let own_type = &model.head.self_type;
    let info = info(model, private);
    let bindings = model
        .bindings
        .iter()
        .filter(|binding| binding.place.in_loop == in_loop);
    let bindings = bindings.filter_map(|each| binding::binding(model, each, private));
    let provisions = provisions::provisions(model, private);
    let quiet = quiet();
    let receiver = receiver(model);
    quote! {
        #[automatically_derived]
        #quiet
        impl #parameters #private::Callback<#path> for #own_type #clauses {
            #info
            fn handlers(&#receiver, handlers: &mut #private::Handlers<#path, Self>) {
                #provisions
                #(#bindings)*
            }
        }
    }
}

/// The callback by the name that the user's periods have for it: `self` of theirs is not `self` of ours.
///
/// Expands to:
///
/// ```text
/// self
/// ```
fn receiver(model: &Model) -> Token![self] {
    let mut settings = model.handlers.iter().flat_map(Handler::settings);
    let theirs = settings.find_map(|setting| first_word(setting.value.clone(), "self"));
    let ours = Span::call_site();
    Token![self](theirs.map_or(ours, |theirs| ours.resolved_at(theirs.span())))
}

/// Lints about what the user wrote, which are told there, or about what nobody wrote.
///
/// Expands to:
///
/// ```text
/// #[allow(deprecated, …)]
/// ```
fn quiet() -> TokenStream {
    quote! {
        #[allow(
            deprecated,
            unused_variables,
            clippy::no_effect_underscore_binding,
            clippy::too_many_lines,
            clippy::used_underscore_items
        )]
    }
}

/// Expands to:
///
/// ```text
/// fn info(&self) -> CallbackInfo {
///     CallbackInfo::new("PrintLoss", Location::new(…)).weight(__CALLBACK_WEIGHT).name("loss").after(CallbackRef::of::<Metrics>())
/// }
/// ```
fn info(model: &Model, private: &Path) -> TokenStream {
    let settings = &model.settings;
    let type_name = &settings.type_name;
    let location = location::location(model.head.self_type.span(), private);
    let weight = settings
        .weight
        .as_ref()
        .map(|_| quote!(.weight(__CALLBACK_WEIGHT)));
    let name = settings.name.as_ref().map(|name| quote!(.name(#name)));
    let relations = relations::relations(model, private);
    quote! {
        fn info(&self) -> #private::CallbackInfo {
            #private::CallbackInfo::new(#type_name, #location) #weight #name #relations
        }
    }
}

/// The user's clauses, and that a generic callback borrows nothing.
///
/// Expands to:
///
/// ```text
/// where T: Clone, Self: 'static
/// ```
fn where_clause(model: &Model) -> TokenStream {
    let generics = &model.head.generics;
    let written = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    // Of one type it is known already, and rustc would call the bound trivial.
    let owned = (!model.is_concrete()).then(|| quote!(Self: 'static));
    quote!(where #(#written,)* #owned)
}
