//! The impl of `Loop`.

use super::{aliases, rounds};
use crate::breakpoints::model::{Breakpoint, Counter, Model, Role, Scope};
use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Path;
use syn::ext::IdentExt;

/// Expands to:
///
/// ```text
/// impl Loop for Fit {
///     const NAME: &'static str = "Fit";
///     const SCOPES: &'static [ScopeInfo] = &[…];
///     const BREAKPOINTS: &'static [Breakpoint] = &[…];
///     const ROUNDS: Option<RoundInfo> = Some(RoundInfo::of::<Self>());
///     const COUNTERS: &'static [ScopeCounter] = &[…];
///     const ALIASES: &'static [Alias] = &[…];
///     fn availability(availability: &mut Availability<Self>) { … }
/// }
/// impl Rounds for Fit { … }
/// ```
pub(super) fn implementation(model: &Model, private: &Path) -> TokenStream {
    let name = &model.name;
    let text = name.unraw().to_string();
    let scopes = model.scopes.iter().map(|scope| scope_info(scope, private));
    let breakpoints = model.breakpoints.iter().enumerate();
    let breakpoints =
        breakpoints.map(|(index, breakpoint)| breakpoint_info(&text, index, breakpoint, private));
    let rounds = rounds::rounds_constant(model, private);
    let counters = rounds::counters_constant(model, private);
    let aliases = aliases::aliases_constant(model, private);
    let implementation_of_rounds = rounds::implementation(model, private);
    let availability = availability(model, private);
    quote! {
        #[automatically_derived]
        #[allow(deprecated, unused_variables, clippy::too_many_lines)]
        impl #private::Loop for #name {
            const NAME: &'static #private::core::primitive::str = #text;
            const SCOPES: &'static [#private::ScopeInfo] = &[#(#scopes),*];
            const BREAKPOINTS: &'static [#private::Breakpoint] = &[#(#breakpoints),*];
            #rounds
            #counters
            #aliases
            fn availability(availability: &mut #private::Availability<Self>) {
                #availability
            }
        }
        #implementation_of_rounds
    }
}

/// Expands to:
///
/// ```text
/// ScopeInfo::new("TRAIN", Some(1), 3, 9, Some("train"))
/// ```
fn scope_info(scope: &Scope, private: &Path) -> TokenStream {
    let name = scope.name.unraw().to_string();
    let parent = option(scope.parent.map(Literal::usize_unsuffixed), private);
    let (begin, end) = (
        Literal::usize_unsuffixed(scope.begin),
        Literal::usize_unsuffixed(scope.end),
    );
    let phase = option(scope.phase.as_ref(), private);
    quote!(#private::ScopeInfo::new(#name, #parent, #begin, #end, #phase))
}

/// Expands to:
///
/// ```text
/// Breakpoint::new("Fit", 3, "on_train_begin", Role::Begin, Some(2), Some("train"))
/// ```
fn breakpoint_info(
    loop_name: &str,
    index: usize,
    breakpoint: &Breakpoint,
    private: &Path,
) -> TokenStream {
    let index = Literal::usize_unsuffixed(index);
    let name = breakpoint.name.unraw().to_string();
    let role = role(breakpoint.role);
    let scope = option(breakpoint.scope.map(Literal::usize_unsuffixed), private);
    let phase = option(breakpoint.phase.as_ref(), private);
    let phase_bound = breakpoint.bounds_phase.then(|| quote!(.with_phase_bound()));
    let measures = breakpoint.measures.is_some();
    let measures = measures.then(|| quote!(.with_measures()));
    let polls = breakpoint.polls.is_some().then(|| quote!(.with_polls()));
    let round_end = breakpoint.completes.is_some();
    let round_end = round_end.then(|| quote!(.with_round_end()));
    quote!(#private::Breakpoint::new(#loop_name, #index, #name, #private::Role::#role, #scope, #phase) #phase_bound #measures #polls #round_end)
}

fn role(role: Role) -> Ident {
    Ident::new(&format!("{role:?}"), Span::mixed_site())
}

/// Expands to:
///
/// ```text
/// Some(1)
/// ```
pub(super) fn option(value: Option<impl ToTokens>, private: &Path) -> TokenStream {
    value.map_or_else(
        || quote!(#private::core::option::Option::None),
        |value| quote!(#private::core::option::Option::Some(#value)),
    )
}

/// Expands to:
///
/// ```text
/// availability.always::<Step>();
/// availability.always::<Record>();
/// availability.counts::<Step>(Unit::Steps);
/// availability.within::<Epoch>(Self::EPOCH);
/// availability.from::<Loss>(Self::on_train_batch_after_loss);
/// ```
fn availability(model: &Model, private: &Path) -> TokenStream {
    let record = rounds::record(model, private);
    let always = model.states.iter().map(|state| &state.ty);
    let counters = model
        .counters()
        .map(|counter| counter_call(&counter, private));
    let within = model.scopes.iter().flat_map(|Scope { name, states, .. }| {
        states
            .iter()
            .map(move |state| quote!(availability.within::<#state>(Self::#name);))
    });
    let from = model
        .breakpoints
        .iter()
        .flat_map(|Breakpoint { name, states, .. }| {
            states
                .iter()
                .map(move |state| quote!(availability.from::<#state>(Self::#name);))
        });
    quote! {
        #(availability.always::<#always>();)*
        #record
        #(#counters)*
        #(#within)*
        #(#from)*
    }
}

/// Expands to:
///
/// ```text
/// availability.counts::<Step>(Unit::Steps);
/// ```
fn counter_call(counter: &Counter<'_>, private: &Path) -> TokenStream {
    let Counter {
        state,
        unit_ident,
        unit,
        by_hand: _,
    } = counter;
    // If the state is not a counter, rustc's error points at the user's tokens alone.
    let counts = Ident::new("counts", Span::mixed_site().located_at(unit_ident.span()));
    let unit = Ident::new(&format!("{unit:?}"), Span::mixed_site());
    quote!(availability.#counts::<#state>(#private::Unit::#unit);)
}
