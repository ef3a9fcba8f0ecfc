//! The impl of `Callback`.

use super::{binding, location, persist, provisions, relations};
use crate::attributes::find_ident;
use crate::callback::model::{Handler, Loop, Model};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Generics, Path, Token, parse_quote};

/// Expands to:
///
/// ```text
/// impl<T> Callback<Fit> for PrintLoss<T> where Self: 'static {
///     fn info(&self) -> CallbackInfo { … }
///     fn handlers(&self, handlers: &mut Handlers<Fit, Self>) { … }
/// }
/// ```
pub(super) fn implementation(model: &Model, loop_index: usize, private: &Path) -> TokenStream {
    let Some(each) = model.loops.get(loop_index) else {
        return TokenStream::new();
    };
    let loop_type = each.as_type();
    let generics = generics(model, each);
    let (parameters, _, _) = generics.split_for_impl();
    let clauses = where_clause(model);
    let self_type = &model.header.self_type;
    let info = info(model, private);
    let bindings = model
        .bindings
        .iter()
        .filter(|binding| binding.index.loop_index == loop_index);
    let bindings = bindings.filter_map(|binding| binding::binding(model, binding, private));
    let provisions = provisions::provisions(model, private);
    let allowed_lints = allowed_lints();
    let receiver = receiver(model);
    quote! {
        #[automatically_derived]
        #allowed_lints
        impl #parameters #private::Callback<#loop_type> for #self_type #clauses {
            #info
            fn handlers(&#receiver, handlers: &mut #private::Handlers<#loop_type, Self>) {
                #provisions
                #(#bindings)*
            }
        }
    }
}

/// Returns the generic parameters of the impl: those of the block, and the loop if the block serves each loop of a trait.
fn generics(model: &Model, each: &Loop) -> Generics {
    let mut generics = model.header.generics.clone();
    if each.info.is_trait {
        let (parameter, bound) = (each.as_type(), &each.path);
        generics.params.push(parse_quote!(#parameter: #bound));
    }
    generics
}

/// Expands to:
///
/// ```text
/// self
/// ```
///
/// By hygiene, the `self` of a user's `#[every(steps = self.every)]` refers to this receiver only if both resolve names in the same place.
fn receiver(model: &Model) -> Token![self] {
    let mut values = model.handlers.iter().flat_map(Handler::period_values);
    let user_self = values.find_map(|named| find_ident(named.value.clone(), "self"));
    let call_site = Span::call_site();
    Token![self](user_self.map_or(call_site, |user_self| {
        call_site.resolved_at(user_self.span())
    }))
}

/// Expands to:
///
/// ```text
/// #[allow(deprecated, …)]
/// ```
///
/// The lints are about the user's code, where rustc reports them already, or about generated code.
fn allowed_lints() -> TokenStream {
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
///     CallbackInfo::new("PrintLoss", Location::new(…)).weight(__CALLBACK_WEIGHT).name("loss").ready_made()
///         .after(CallbackRef::of::<Metrics>())
/// }
/// ```
///
/// With `declare = Self::declare`, that function gets this info, and returns the info of the callback.
fn info(model: &Model, private: &Path) -> TokenStream {
    let settings = &model.settings;
    let type_name = &settings.type_name;
    let location = location::location(model.header.self_type.span(), private);
    let weight = settings
        .weight
        .as_ref()
        .map(|_| quote!(.weight(__CALLBACK_WEIGHT)));
    let name = settings.name.as_ref().map(|name| quote!(.name(#name)));
    let ready_made = settings.ready_made.then(|| quote!(.ready_made()));
    let produces = &settings.produces;
    let persist = settings.persist.as_ref().map(persist::persist);
    let relations = relations::relations(model, private);
    let info = quote! {
        #private::CallbackInfo::new(#type_name, #location) #weight #name #ready_made #(.produces(#produces))* #persist #relations
    };
    let info = settings.declare.as_ref().map_or_else(
        || info.clone(),
        |declare| {
            let this = quote!(self);
            quote_spanned!(declare.span()=> (#declare)(#this, #info))
        },
    );
    quote! {
        fn info(&self) -> #private::CallbackInfo {
            #info
        }
    }
}

/// Expands to:
///
/// ```text
/// where T: Clone, Self: 'static
/// ```
fn where_clause(model: &Model) -> TokenStream {
    let generics = &model.header.generics;
    let user_clauses = generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    // A concrete type fulfils the bound, and rustc would warn that it is trivial.
    let is_static = (!model.is_concrete()).then(|| quote!(Self: 'static));
    quote!(where #(#user_clauses,)* #is_static)
}
