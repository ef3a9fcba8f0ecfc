//! The registration of the callback, by which `.discover()` and configuration files find it.

use super::{location, provisions};
use crate::callback::model::Model;
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{LitBool, Path};

/// Expands to nothing if `register = false` or the type is generic; otherwise, for each loop, to a `submit!` after the imports:
///
/// ```text
/// use NoDefault as _;
/// use NotSendable as _; // if `background`
/// submit! { Registration::new::<Fit, PrintLoss>(…) }
/// ```
///
/// The traits give `Probe::MAKE` and `Probe::SENDABLE` a value where the callback is not `Default` or not `Send`. Where it is, the
/// import is unused.
pub(super) fn registrations(model: &Model, private: &Path) -> TokenStream {
    if !model.settings.register || !model.is_concrete() {
        return TokenStream::new();
    }
    let not_sendable = model.settings.background.then(|| {
        quote! {
            #[allow(unused_imports)]
            use #private::NotSendable as _;
        }
    });
    let registrations = model
        .loops
        .iter()
        .filter(|loop_item| !loop_item.info.is_trait)
        .map(|loop_item| registration(model, &loop_item.path, private));
    quote! {
        #[allow(unused_imports)]
        use #private::NoDefault as _;
        #not_sendable
        #(#registrations)*
    }
}

/// Expands to:
///
/// ```text
/// submit! {
///     Registration::new::<Fit, PrintLoss>("PrintLoss", module_path!(), Location::new(…), 0.0, true, Probe::<Fit, PrintLoss>::MAKE)
///         .providing(…)                                          // if the callback provides state
///         .ready_made()                                          // if `ready_made`
///         .sendable_if(Probe::<Fit, PrintLoss>::SENDABLE)        // if `background`
/// }
/// ```
fn registration(model: &Model, loop_path: &Path, private: &Path) -> TokenStream {
    let settings = &model.settings;
    let self_type = &model.header.self_type;
    let name = settings
        .name
        .as_ref()
        .map_or_else(|| settings.type_name.clone(), syn::LitStr::value);
    let location = location::location(self_type.span(), private);
    let weight = settings.weight.as_ref();
    // The constant has the value: `second_stage` declares it.
    let weight = weight.map_or_else(|| quote!(0.0), |_| quote!(__CALLBACK_WEIGHT));
    let discover = LitBool::new(settings.discover, self_type.span());
    let provisions = provisions::registered_provisions(model, private);
    let ready_made = settings.ready_made.then(|| quote!(.ready_made()));
    let sendable = settings
        .background
        .then(|| quote!(.sendable_if(#private::Probe::<#loop_path, #self_type>::SENDABLE)));
    quote! {
        #private::inventory::submit! {
            #private::Registration::new::<#loop_path, #self_type>(
                #name,
                #private::core::module_path!(),
                #location,
                #weight,
                #discover,
                #private::Probe::<#loop_path, #self_type>::MAKE,
            ) #provisions #ready_made #sendable
        }
    }
}
