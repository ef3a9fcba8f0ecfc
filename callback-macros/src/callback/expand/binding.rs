//! The call that binds one handler to one breakpoint.

use super::{location, period};
use crate::callback::model::{Binding, Handler, Model};
use crate::callback::syntax::{Condition, Function};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Lifetime, Path};

/// Expands to:
///
/// ```text
/// #[cfg(feature = "x")]
/// handlers.bind(
///     <Fit>::on_epoch_end,
///     Location::new(…),
///     (ask::<&Epoch, _>(), ask::<&mut LearningRate, _>(),),
///     <Fit>::on_epoch_end.returns::<Flow, _>(),
///     |this, (a0, a1,)| Self::on_epoch_end(this, a0, a1),
/// ).every(Period::epochs(10));
/// ```
pub(super) fn binding(model: &Model, binding: &Binding, private: &Path) -> Option<TokenStream> {
    let handler = model
        .handlers
        .iter()
        .find(|handler| handler.index == binding.handler)?;
    let breakpoint = model.breakpoint(binding.index)?;
    let loop_type = model.loops.get(binding.index.loop_index)?.as_type();
    let function = &handler.function;
    let conditions = conditions(handler, binding);
    let at = Ident::new(&breakpoint.name, handler.name().span());
    let at = quote!(<#loop_type>::#at);
    let location = location::location(handler.name().span(), private);
    let mode = CallMode::new(model, &breakpoint.name);
    let bind = mode.bind_method(breakpoint.is_several);
    let asks = function.parameters().map(|parameter| {
        let ty = anonymize_lifetimes(&*parameter.ty, function);
        ask(mode, &ty, private)
    });
    let returns = returns(mode, function, &at);
    let call_closure = call_closure(function);
    let every = period::every(handler, private);
    Some(quote! {
        #conditions
        handlers.#bind(#at, #location, (#(#asks,)*), #returns, #call_closure) #every;
    })
}

/// The thread on which a handler runs.
#[derive(Clone, Copy)]
enum CallMode {
    InLoop,
    InBackground,
}

impl CallMode {
    /// A callback with `background` runs its handlers there, except those at `on_enter` and `on_exit`.
    fn new(model: &Model, breakpoint: &str) -> Self {
        let is_enter_or_exit = matches!(breakpoint, "on_enter" | "on_exit");
        if model.settings.background && !is_enter_or_exit {
            Self::InBackground
        } else {
            Self::InLoop
        }
    }

    /// Returns the method that binds a handler to one breakpoint, or to several.
    fn bind_method(self, is_several: bool) -> Ident {
        let name = match (self, is_several) {
            (Self::InLoop, false) => "bind",
            (Self::InLoop, true) => "bind_each",
            (Self::InBackground, false) => "bind_background",
            (Self::InBackground, true) => "bind_each_background",
        };
        Ident::new(name, Span::mixed_site())
    }
}

/// Expands to:
///
/// ```text
/// ask::<&Epoch, _>()
/// ```
fn ask(mode: CallMode, ty: &TokenStream, private: &Path) -> TokenStream {
    match mode {
        CallMode::InLoop => quote!(#private::ask::<#ty, _>()),
        CallMode::InBackground => quote!(#private::ask_background::<#ty, _>()),
    }
}

/// Expands to:
///
/// ```text
/// <Fit>::on_epoch_end.returns::<Flow, _>()
/// ```
fn returns(mode: CallMode, function: &Function, at: &TokenStream) -> TokenStream {
    let ty = function.return_type().map_or_else(
        || quote_spanned!(function.name().span()=> ()),
        |ty| anonymize_lifetimes(ty, function),
    );
    match mode {
        CallMode::InLoop => quote!(#at.returns::<#ty, _>()),
        CallMode::InBackground => quote!(#at.returns_in_background::<#ty, _>()),
    }
}

/// Expands to:
///
/// ```text
/// |this, (a0, a1,)| Self::on_epoch_end(this, a0, a1)
/// ```
fn call_closure(function: &Function) -> TokenStream {
    let name = function.name();
    let values: Vec<_> = (0..function.parameters().count())
        .map(|index| format_ident!("a{index}", span = Span::mixed_site()))
        .collect();
    quote!(|this, (#(#values,)*)| Self::#name(this, #(#values),*))
}

/// Expands to:
///
/// ```text
/// #[cfg(feature = "x")]
/// #[cfg(not(all(feature = "y")))]
/// ```
fn conditions(handler: &Handler, binding: &Binding) -> TokenStream {
    let own = handler.function.conditions();
    let own = own.iter().map(condition);
    let unless = binding.unless.iter().map(|more_specific| {
        let more_specific = more_specific.iter().map(condition);
        quote!(not(all(#(#more_specific),*)))
    });
    let all = own.chain(unless);
    quote!(#(#[cfg(#all)])*)
}

/// Expands to, for `#[cfg_attr(a, cfg(b))]`:
///
/// ```text
/// any(not(a), b)
/// ```
fn condition(Condition { cfg, cfg_attr }: &Condition) -> TokenStream {
    match cfg_attr {
        Some(cfg_attr) => quote!(any(not(#cfg_attr), #cfg)),
        None => cfg.clone(),
    }
}

/// Replaces the lifetimes that `function` declares by `'_`, because the generated code is outside of the function.
fn anonymize_lifetimes(ty: &impl ToTokens, function: &Function) -> TokenStream {
    let declared = function.signature.generics.lifetimes();
    let declared: Vec<_> = declared
        .map(|parameter| parameter.lifetime.ident.clone())
        .collect();
    replace_lifetimes(ty.to_token_stream(), &declared)
}

/// Replaces each lifetime of `declared` by `'_`.
fn replace_lifetimes(tokens: TokenStream, declared: &[Ident]) -> TokenStream {
    let mut replaced = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match (&token, tokens.peek()) {
            (TokenTree::Punct(quote), Some(TokenTree::Ident(ident)))
                if quote.as_char() == '\'' && declared.contains(ident) =>
            {
                let anonymous = Lifetime::new("'_", ident.span());
                anonymous.to_tokens(&mut replaced);
                tokens.next();
            }
            (TokenTree::Group(group), _) => {
                let inner = replace_lifetimes(group.stream(), declared);
                let mut inner = Group::new(group.delimiter(), inner);
                inner.set_span(group.span());
                replaced.extend([TokenTree::Group(inner)]);
            }
            _ => replaced.extend([token]),
        }
    }
    replaced
}
