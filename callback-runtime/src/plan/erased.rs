//! Callbacks whose type is erased, so that a plan can hold callbacks of any type.

use crate::callback::{Callback, CallbackInfo, Handler, Handlers};
use crate::loops::Loop;
use crate::outcome::catch;
use crate::raw::Sendable;
use std::any::{Any, TypeId, type_name};

/// A callback whose type is erased, and the functions that know its type.
pub(crate) struct ErasedCallback {
    pub(crate) value: Box<dyn Any>,
    pub(crate) functions: CallbackFunctions,
    /// The proof that the callback may be sent to another thread, if there is one.
    pub(crate) sendable: Option<Sendable>,
}

/// The functions that know the type of a callback. Those with a `&dyn Any` expect the callback.
#[derive(Clone, Copy)]
pub(crate) struct CallbackFunctions {
    /// The type of the callback.
    pub(crate) type_id: TypeId,
    /// Whether the callback is a closure that [`Plan::on`](super::Plan::on) attached.
    pub(crate) is_closure: bool,
    /// The full name of the type.
    type_name: &'static str,
    /// Calls [`Callback::info`].
    info: fn(&dyn Any) -> CallbackInfo,
    /// Returns the info of a callback that declares nothing.
    default_info: fn() -> CallbackInfo,
    /// Calls [`Callback::handlers`].
    pub(crate) handlers: fn(&dyn Any) -> Vec<Handler>,
}

impl ErasedCallback {
    pub(crate) fn new<L: Loop, C: Callback<L>>(callback: C) -> Self {
        Self {
            value: Box::new(callback),
            functions: CallbackFunctions {
                type_id: TypeId::of::<C>(),
                is_closure: false,
                type_name: type_name::<C>(),
                info: info::<L, C>,
                default_info: CallbackInfo::of::<C>,
                handlers: handlers::<L, C>,
            },
            sendable: None,
        }
    }

    pub(crate) fn sendable<L: Loop, C: Callback<L> + Send>(callback: C) -> Self {
        Self {
            sendable: Some(Sendable::of::<C>()),
            ..Self::new::<L, C>(callback)
        }
    }
}

impl CallbackFunctions {
    /// Returns the info that the callback declares. If `Callback::info` panics, returns the default info and the message of the panic.
    pub(crate) fn info(&self, callback: &dyn Any) -> (CallbackInfo, Option<String>) {
        match catch(|| (self.info)(callback)) {
            Ok(info) => (info, None),
            Err(why) => ((self.default_info)(), Some(format!("its `info` {why}"))),
        }
    }

    /// Whether the type of the callback is generic, so that its short name can also be that of another type.
    pub(crate) fn is_generic(&self) -> bool {
        self.type_name.contains('<')
    }
}

fn info<L: Loop, C: Callback<L>>(callback: &dyn Any) -> CallbackInfo {
    let callback = callback.downcast_ref::<C>();
    callback.map_or_else(CallbackInfo::of::<C>, Callback::<L>::info)
}

fn handlers<L: Loop, C: Callback<L>>(callback: &dyn Any) -> Vec<Handler> {
    let mut handlers = Handlers::<L, C>::new();
    if let Some(callback) = callback.downcast_ref::<C>() {
        callback.handlers(&mut handlers);
    }
    handlers.into_list()
}
