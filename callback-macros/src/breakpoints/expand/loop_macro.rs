//! The macro beside a loop, which passes the names of the loop's breakpoints to the second stage of `#[callback]`.

use super::aliases;
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
///
/// Two more arms begin with `@aliases`, and pass the table of the names of other frameworks on. Only a block with such a name asks for it, so
/// that the table costs other programs nothing.
pub(super) fn loop_macro(model: &Model, is_complete: bool) -> TokenStream {
    let (name, macro_name, visibility) = (&model.name, &model.macro_name, &model.visibility);
    let export = matches!(visibility, Visibility::Public(_)).then(|| quote!(#[macro_export]));
    let names = aliases::names(model);
    let table = names.as_ref().map(|_| aliases::table(model));
    let names = names.map(|names| quote!(names #names));
    let table = table.map(|table| quote!(table #table));
    let arms_with_names = arms(
        &TokenStream::new(),
        &loop_info(model, is_complete, names.as_ref()),
    );
    let arms_with_table = arms(
        &quote!(@aliases),
        &loop_info(model, is_complete, table.as_ref()),
    );
    quote! {
        #[doc(hidden)]
        #[allow(unused_macros, non_local_definitions)]
        #export
        macro_rules! #macro_name {
            #arms_with_names
            #arms_with_table
        }
        #[doc(hidden)]
        #[allow(unused_imports, unreachable_pub)]
        #visibility use #macro_name as #name;
    }
}

/// Expands to the arm for a block of more loops, and that for a block of no more.
fn arms(word: &TokenStream, info: &TokenStream) -> TokenStream {
    quote! {
        (#word {$($krate:tt)*} [$($done:tt)*] [{$($next:tt)*} $($more:tt)*] $($rest:tt)*) => {
            $($next)* ! { #word {$($krate)*} [$($done)* #info] [$($more)*] $($rest)* }
        };
        (#word {$($krate:tt)*} [$($done:tt)*] [] $($rest:tt)*) => {
            $($krate)* ::__private::__expand_callback! { {$($krate)*} [$($done)* #info] $($rest)* }
        };
    }
}

/// Expands to:
///
/// ```text
/// {Fit rounds names "on_test_begin …" [on_enter] [on_train_batch_end train on_batch_end] …}
/// ```
///
/// The second word is `complete` if the loop has no rounds, and `incomplete` if the declaration has errors. The names of other frameworks
/// follow it, or after `table` their table; neither, if the loop has no aliases.
fn loop_info(model: &Model, is_complete: bool, aliases: Option<&TokenStream>) -> TokenStream {
    let name = &model.name;
    let kind = match model.round_end() {
        _ if !is_complete => quote!(incomplete),
        Some(_) => quote!(rounds),
        None => quote!(complete),
    };
    let breakpoints = model.breakpoints.iter().map(breakpoint_info);
    quote!({ #name #kind #aliases #(#breakpoints)* })
}

/// Expands to:
///
/// ```text
/// [on_train_batch_end train on_batch_end]
/// ```
fn breakpoint_info(breakpoint: &Breakpoint) -> TokenStream {
    let name = ident(&breakpoint.name.unraw().to_string());
    let phase = breakpoint.phase.as_deref().map(ident);
    let phase_free = breakpoint.phase_free.as_deref().map(ident);
    quote!([#name #phase #phase_free])
}

fn ident(text: &str) -> Ident {
    Ident::new(text, Span::mixed_site())
}
