//! One handler at one breakpoint.

use super::{location, period};
use crate::callback::model::{Binding, Handler, Loop, Model};
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
    let breakpoint = model.breakpoint(binding.place)?;
    let Loop { path, .. } = model.loops.get(binding.place.in_loop)?;
    let function = &handler.function;
    let conditions = conditions(handler, binding);
    let at = Ident::new(&breakpoint.name, handler.name().span());
    let at = quote!(<#path>::#at);
    let location = location::location(handler.name().span(), private);
    let mode = CallMode::of(model, &breakpoint.name);
    let asks = function
        .parameters()
        .map(|parameter| ask(mode, &anonymous(&*parameter.ty, function), private));
    let returns = returns(mode, function, &at);
    let bind = mode.bind();
    let shim = shim(function);
    let every = period::every(handler, private);
    Some(quote! {
        #conditions
        handlers.#bind(#at, #location, (#(#asks,)*), #returns, #shim) #every;
    })
}

/// Where a handler runs.
#[derive(Clone, Copy)]
enum CallMode {
    InLoop,
    InBackground,
}

impl CallMode {
    /// In the background everything runs later but enter and exit, which every loop has.
    fn of(model: &Model, breakpoint: &str) -> Self {
        let is_between = !matches!(breakpoint, "on_enter" | "on_exit");
        if model.settings.background && is_between {
            Self::InBackground
        } else {
            Self::InLoop
        }
    }

    fn bind(self) -> Ident {
        let name = match self {
            Self::InLoop => "bind",
            Self::InBackground => "bind_background",
        };
        Ident::new(name, Span::mixed_site())
    }
}

/// Expands to:
///
/// ```text
/// ask::<&Epoch, _>()
/// ```
fn ask(mode: CallMode, parameter: &TokenStream, private: &Path) -> TokenStream {
    match mode {
        CallMode::InLoop => quote!(#private::ask::<#parameter, _>()),
        CallMode::InBackground => quote!(#private::ask_background::<#parameter, _>()),
    }
}

/// Expands to:
///
/// ```text
/// <Fit>::on_epoch_end.returns::<Flow, _>()
/// ```
fn returns(mode: CallMode, function: &Function, at: &TokenStream) -> TokenStream {
    let answer = function.answer().map_or_else(
        || quote_spanned!(function.name().span()=> ()),
        |answer| anonymous(answer, function),
    );
    match mode {
        CallMode::InLoop => quote!(#at.returns::<#answer, _>()),
        CallMode::InBackground => quote!(#at.returns_in_background::<#answer, _>()),
    }
}

/// Expands to:
///
/// ```text
/// |this, (a0, a1,)| Self::on_epoch_end(this, a0, a1)
/// ```
fn shim(function: &Function) -> TokenStream {
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
    let unless = binding.unless.iter().map(|better| {
        let better = better.iter().map(condition);
        quote!(not(all(#(#better),*)))
    });
    let all = own.chain(unless);
    quote!(#(#[cfg(#all)])*)
}

/// Expands to, for `#[cfg_attr(a, cfg(b))]`:
///
/// ```text
/// any(not(a), b)
/// ```
fn condition(Condition { cfg, given }: &Condition) -> TokenStream {
    match given {
        Some(given) => quote!(any(not(#given), #cfg)),
        None => cfg.clone(),
    }
}

/// The type with `'_` for the lifetimes that `function` declares, which are not known outside of it.
fn anonymous(written: &impl ToTokens, function: &Function) -> TokenStream {
    let declared = function.signature.generics.lifetimes();
    let declared: Vec<_> = declared
        .map(|declared| declared.lifetime.ident.clone())
        .collect();
    without(written.to_token_stream(), &declared)
}

/// `tokens` with `'_` in place of each `'a` of `declared`.
fn without(tokens: TokenStream, declared: &[Ident]) -> TokenStream {
    let mut replaced = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match (&token, tokens.peek()) {
            (TokenTree::Punct(quote), Some(TokenTree::Ident(name)))
                if quote.as_char() == '\'' && declared.contains(name) =>
            {
                let anonymous = Lifetime::new("'_", name.span());
                anonymous.to_tokens(&mut replaced);
                tokens.next();
            }
            (TokenTree::Group(group), _) => {
                let mut inside = Group::new(group.delimiter(), without(group.stream(), declared));
                inside.set_span(group.span());
                replaced.extend([TokenTree::Group(inside)]);
            }
            _ => replaced.extend([token]),
        }
    }
    replaced
}
