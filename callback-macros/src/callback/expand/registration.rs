//! How a callback is found without being named.

use super::{provisions, site};
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
    let each = model
        .loops
        .iter()
        .map(|each| registration(model, &each.path, private));
    quote! {
        #[allow(unused_imports)]
        use #private::NoDefault as _;
        #(#each)*
    }
}

/// Expands to:
///
/// ```text
/// submit! {
///     Registration::new::<Fit, PrintLoss>("PrintLoss", module_path!(), Site::new(…), 0.0, true, Probe::<Fit, PrintLoss>::MAKE)
///         .providing(…)
/// }
/// ```
fn registration(model: &Model, path: &Path, private: &Path) -> TokenStream {
    let settings = &model.settings;
    let own_type = &model.head.self_type;
    let name = settings
        .name
        .as_ref()
        .map_or_else(|| settings.type_name.clone(), syn::LitStr::value);
    let site = site::site(own_type.span(), private);
    let weight = settings.weight.as_ref();
    let weight = weight.map_or_else(|| quote!(0.0), |_| quote!(__CALLBACK_WEIGHT));
    let discover = LitBool::new(settings.discover, own_type.span());
    let provisions = provisions::registered(model, private);
    quote! {
        #private::inventory::submit! {
            #private::Registration::new::<#path, #own_type>(
                #name,
                #private::core::module_path!(),
                #site,
                #weight,
                #discover,
                #private::Probe::<#path, #own_type>::MAKE,
            ) #provisions
        }
    }
}
