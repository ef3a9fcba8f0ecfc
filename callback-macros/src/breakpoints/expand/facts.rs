//! The macro beside a loop, which tells `#[callback]` its breakpoints.

use crate::breakpoints::model::{Breakpoint, Model};
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use syn::Visibility;
use syn::ext::IdentExt;

/// Expands to:
///
/// ```text
/// macro_rules! __callback_loop_Fit_0123 {
///     (… the next loop …) => { Driver! { … } };
///     (… no more loops …) => { ::callbacks::__private::__expand_callback! { … } };
/// }
/// pub use __callback_loop_Fit_0123 as Fit;
/// ```
pub(super) fn facts(model: &Model, is_sound: bool) -> TokenStream {
    let (name, macro_name, visibility) = (&model.name, &model.macro_name, &model.visibility);
    let export = matches!(visibility, Visibility::Public(_)).then(|| quote!(#[macro_export]));
    let facts = list(model, is_sound);
    quote! {
        #[doc(hidden)]
        #[allow(unused_macros, non_local_definitions)]
        #export
        macro_rules! #macro_name {
            ({$($krate:tt)*} [$($done:tt)*] [{$($next:tt)*} $($more:tt)*] $($rest:tt)*) => {
                $($next)* ! { {$($krate)*} [$($done)* #facts] [$($more)*] $($rest)* }
            };
            ({$($krate:tt)*} [$($done:tt)*] [] $($rest:tt)*) => {
                $($krate)* ::__private::__expand_callback! { {$($krate)*} [$($done)* #facts] $($rest)* }
            };
        }
        #[doc(hidden)]
        #[allow(unused_imports, unreachable_pub)]
        #visibility use #macro_name as #name;
    }
}

/// Expands to:
///
/// ```text
/// {Fit sure [on_enter] [on_train_batch_end train on_batch_end] …}
/// ```
fn list(model: &Model, is_sound: bool) -> TokenStream {
    let name = &model.name;
    let sure = if is_sound {
        quote!(sure)
    } else {
        quote!(unsure)
    };
    let breakpoints = model.breakpoints.iter().map(fact);
    quote!({ #name #sure #(#breakpoints)* })
}

/// Expands to:
///
/// ```text
/// [on_train_batch_end train on_batch_end]
/// ```
fn fact(breakpoint: &Breakpoint) -> TokenStream {
    let name = Ident::new(&breakpoint.name.unraw().to_string(), Span::mixed_site());
    let phase = breakpoint.phase.as_deref().map(word);
    let free = breakpoint.free.as_deref().map(word);
    quote!([#name #phase #free])
}

fn word(text: &str) -> Ident {
    Ident::new(text, Span::mixed_site())
}
