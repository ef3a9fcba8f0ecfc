//! The first stage: the block as it stands, and its copy for the loop's own macro.

use crate::callback::syntax::{Annotated, Block, Function, Item, Place, Value, Word};
use crate::errors::Errors;
use crate::facade;
use proc_macro2::TokenStream;
use quote::quote;

/// Expands to, if nothing is wrong so far:
///
/// ```text
/// impl PrintLoss { … }
/// Fit! { {::callbacks} [] [] {weight = 10} {impl PrintLoss { … }} }
/// ```
pub(crate) fn handover(annotated: &Annotated, errors: Errors) -> TokenStream {
    let is_sound = errors.count() == 0;
    let errors = errors.into_compile_errors();
    match &annotated.place {
        Place::Elsewhere { item, .. } => quote!(#errors #item),
        Place::Block(block) => {
            let plain = plain(block);
            let call = is_sound.then(|| call(annotated, block));
            quote!(#errors #plain #call)
        }
    }
}

/// Expands to the block without the attributes that only we understand:
///
/// ```text
/// #[allow(clippy::trivially_copy_pass_by_ref, …)]
/// impl PrintLoss { … }
/// ```
///
/// The lints are those about how parameters and answers are written: in a handler that says what it asks for.
fn plain(block: &Block) -> TokenStream {
    let Block {
        attributes,
        head,
        brace,
        items,
    } = block;
    let attributes = attributes
        .iter()
        .filter(|attribute| !attribute.is("callback"));
    let mut tokens = quote! {
        #[allow(
            clippy::needless_pass_by_value,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps,
            clippy::unused_self
        )]
        #(#attributes)* #head
    };
    brace.surround(&mut tokens, |tokens| {
        tokens.extend(items.iter().map(plain_item));
    });
    tokens
}

/// Expands to a function, a constant or anything else as it stands.
fn plain_item(item: &Item) -> TokenStream {
    let (attributes, head, tail) = (item.theirs(), &item.head, &item.tail);
    quote!(#(#attributes)* #head #tail)
}

/// Expands to:
///
/// ```text
/// Fit! { {::callbacks} [] [{Driver}] {Fit, Driver, weight = 10} {impl PrintLoss { … }} }
/// ```
fn call(annotated: &Annotated, block: &Block) -> TokenStream {
    let arguments = &annotated.arguments;
    let krate = match arguments.value(Word::Crate) {
        Some(Value::Path(path)) => path.clone(),
        _ => facade::default_crate(),
    };
    let mut loops: Vec<_> = arguments.loops().cloned().collect();
    if loops.is_empty() {
        loops.push(facade::default_loop(&krate));
    }
    let (first, more) = (loops.iter().take(1), loops.iter().skip(1));
    let arguments = &arguments.tokens;
    let copy = copy(block);
    quote! {
        #(#first)* ! { {#krate} [] [#({#more})*] {#arguments} {#copy} }
    }
}

/// Expands to:
///
/// ```text
/// impl PrintLoss { fn on_epoch_end(&self, epoch: &Epoch); }
/// ```
fn copy(block: &Block) -> TokenStream {
    let Block {
        attributes,
        head,
        brace,
        items,
    } = block;
    let attributes = attributes
        .iter()
        .filter(|attribute| attribute.is("callback"));
    let items = items
        .iter()
        .filter(|item| concerns_us(item))
        .map(copied_item);
    let mut tokens = quote!(#(#attributes)* #head);
    brace.surround(&mut tokens, |tokens| tokens.extend(items));
    tokens
}

/// Whether the second stage has something to say of it: a handler, or what may become one.
fn concerns_us(item: &Item) -> bool {
    let is_handler = || item.function.as_ref().is_some_and(Function::is_handler);
    item.ours().next().is_some() || is_handler() || item.is_unfinished()
}

/// Expands to:
///
/// ```text
/// #[on(epoch_end)] #[cfg(test)] fn print(&self);
/// ```
fn copied_item(item: &Item) -> TokenStream {
    let ours = item.ours();
    let conditions = item
        .theirs()
        .filter(|attribute| attribute.is("cfg") || attribute.is("cfg_attr"));
    let head = &item.head;
    quote!(#(#ours)* #(#conditions)* #head;)
}
