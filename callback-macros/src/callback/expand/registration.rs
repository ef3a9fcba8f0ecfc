//! How a callback is found without being named.

use super::{location, provisions};
use crate::callback::model::Model;
use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{LitBool, Path};

/// Expands to, unless the callback is not to be registered:
///
/// ```text
/// use NoDefault as _;
/// submit! { Registration::new::<Fit, PrintLoss>(…) }
/// ```
pub(super) fn registrations(model: &Model, private: &Path) -> TokenStream {
    if !model.settings.register || !model.is_concrete() {
        return TokenStream::new();
    }
    let asks = model.settings.background.then(|| {
        quote! {
            #[allow(unused_imports)]
            use #private::NotSendable as _;
        }
    });
    let each = model
        .loops
        .iter()
        .map(|each| registration(model, &each.path, private));
    quote! {
        #[allow(unused_imports)]
        use #private::NoDefault as _;
        #asks
        #(#each)*
    }
}

/// Expands to:
///
/// ```text
/// submit! {
///     Registration::new::<Fit, PrintLoss>("PrintLoss", module_path!(), Location::new(…), 0.0, true, Probe::<Fit, PrintLoss>::MAKE)
///         .providing(…).sendable_if(Probe::<Fit, PrintLoss>::SENDABLE)
/// }
/// ```
fn registration(model: &Model, path: &Path, private: &Path) -> TokenStream {
    let settings = &model.settings;
    let own_type = &model.head.self_type;
    let name = settings
        .name
        .as_ref()
        .map_or_else(|| settings.type_name.clone(), syn::LitStr::value);
    let location = location::location(own_type.span(), private);
    let weight = settings.weight.as_ref();
    let weight = weight.map_or_else(|| quote!(0.0), |_| quote!(__CALLBACK_WEIGHT));
    let discover = LitBool::new(settings.discover, own_type.span());
    let provisions = provisions::registered(model, private);
    let sendable = model
        .settings
        .background
        .then(|| quote!(.sendable_if(#private::Probe::<#path, #own_type>::SENDABLE)));
    quote! {
        #private::inventory::submit! {
            #private::Registration::new::<#path, #own_type>(
                #name,
                #private::core::module_path!(),
                #location,
                #weight,
                #discover,
                #private::Probe::<#path, #own_type>::MAKE,
            ) #provisions #sendable
        }
    }
}
