//! The first stage: the block unchanged, and a call of the loop's macro with a copy of its signatures.

use crate::attributes::find_ident;
use crate::callback::syntax::{
    AnnotatedItem, ArgumentName, ArgumentValue, Block, FirstStageInput, Function, Item,
};
use crate::crate_path;
use crate::errors::Errors;
use proc_macro2::TokenStream;
use quote::quote;

/// Expands to:
///
/// ```text
/// impl PrintLoss { … }
/// Fit! { {::callbacks} [] [] {weight = 10} {impl PrintLoss { … }} }
/// ```
///
/// After an error there is no call, so that one mistake gives one error.
pub(crate) fn expand_first_stage(input: &FirstStageInput, errors: Errors) -> TokenStream {
    let has_errors = !errors.is_empty();
    let errors = errors.into_compile_errors();
    match &input.item {
        AnnotatedItem::Other { item, .. } => quote!(#errors #item),
        AnnotatedItem::Block(block) => {
            let user_block = user_block(block);
            let call = (!has_errors).then(|| loop_macro_call(input, block));
            quote!(#errors #user_block #call)
        }
    }
}

/// Expands to the block without the attributes that only `#[callback]` understands:
///
/// ```text
/// #[allow(clippy::trivially_copy_pass_by_ref, …)]
/// impl PrintLoss { … }
/// ```
///
/// The lints are about the form of parameters and return types, which the runtime prescribes for a handler.
fn user_block(block: &Block) -> TokenStream {
    let Block {
        attributes,
        header,
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
        #(#attributes)* #header
    };
    brace.surround(&mut tokens, |tokens| {
        tokens.extend(items.iter().map(user_item));
    });
    tokens
}

/// Expands to the item without `#[on(…)]` and `#[every(…)]`.
fn user_item(item: &Item) -> TokenStream {
    let (attributes, header, body) = (item.other_attributes(), &item.header, &item.body);
    quote!(#(#attributes)* #header #body)
}

/// Expands to:
///
/// ```text
/// Fit! { {::callbacks} [] [{Driver}] {Fit, Driver, weight = 10} {impl PrintLoss { … }} }
/// ```
fn loop_macro_call(input: &FirstStageInput, block: &Block) -> TokenStream {
    let arguments = &input.arguments;
    let krate = match arguments.value(ArgumentName::Crate) {
        Some(ArgumentValue::Path(path)) => path.clone(),
        _ => crate_path::default_crate_path(),
    };
    let mut loops: Vec<_> = arguments.loops().cloned().collect();
    if loops.is_empty() {
        loops.push(crate_path::default_loop_path(&krate));
    }
    let (first, more) = (loops.iter().take(1), loops.iter().skip(1));
    let arguments = &arguments.tokens;
    let copy = copy_block(block, arguments);
    quote! {
        #(#first)* ! { {#krate} [] [#({#more})*] {#arguments} {#copy} }
    }
}

/// Expands to:
///
/// ```text
/// impl PrintLoss { fn on_epoch_end(&self, epoch: &Epoch); }
/// ```
fn copy_block(block: &Block, arguments: &TokenStream) -> TokenStream {
    let Block {
        attributes,
        header,
        brace,
        items,
    } = block;
    let attributes = attributes
        .iter()
        .filter(|attribute| attribute.is("callback"));
    let items = items
        .iter()
        .filter(|item| is_for_second_stage(item) || is_called_by_none(item, block, arguments))
        .map(copy_item);
    let mut tokens = quote!(#(#attributes)* #header);
    brace.surround(&mut tokens, |tokens| tokens.extend(items));
    tokens
}

/// Whether the second stage needs the item: a handler, an unfinished function, or an item with a misplaced attribute.
fn is_for_second_stage(item: &Item) -> bool {
    let is_handler = || item.function.as_ref().is_some_and(Function::is_handler);
    item.helper_attributes().next().is_some() || is_handler() || item.is_unfinished()
}

/// Whether the item is a method that neither the rest of the block nor its attribute mentions. If it has the name of a hook, its author may expect the loop to
/// call it. A public function with a name of one word, such as `stop`, has callers elsewhere.
fn is_called_by_none(item: &Item, block: &Block, arguments: &TokenStream) -> bool {
    let Some(function) = item.function.as_ref() else {
        return false;
    };
    let name = function.name().to_string();
    if function.receiver().is_none() || (item.is_public() && !name.contains('_')) {
        return false;
    }
    let mut others = block
        .items
        .iter()
        .filter(|other| !std::ptr::eq(*other, item));
    let is_mentioned = find_ident(arguments.clone(), &name).is_some();
    !is_mentioned && !others.any(|other| other.mentions(&name))
}

/// Expands to:
///
/// ```text
/// #[on(epoch_end)] #[cfg(test)] fn print(&self);
/// ```
fn copy_item(item: &Item) -> TokenStream {
    let helper_attributes = item.helper_attributes();
    let conditions = item
        .other_attributes()
        .filter(|attribute| attribute.is("cfg") || attribute.is("cfg_attr"));
    let header = &item.header;
    quote!(#(#helper_attributes)* #(#conditions)* #header;)
}
