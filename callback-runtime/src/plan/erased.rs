//! Callbacks of any type, as a plan holds them.

use crate::callback::{Callback, CallbackInfo, Handler, Handlers};
use crate::loops::Loop;
use crate::outcome::catch;
use std::any::{Any, TypeId, type_name};

/// A callback whose type is erased, with the functions that know its type.
pub(crate) struct ErasedCallback {
    pub(crate) value: Box<dyn Any>,
    pub(crate) functions: CallbackFunctions,
}

/// The functions of a callback whose type is erased.
#[derive(Clone, Copy)]
pub(crate) struct CallbackFunctions {
    pub(crate) type_id: TypeId,
    type_name: &'static str,
    info: fn(&dyn Any) -> CallbackInfo,
    default_info: fn() -> CallbackInfo,
    handlers: fn(&dyn Any) -> Vec<Handler>,
}

impl ErasedCallback {
    pub(crate) fn new<L: Loop, C: Callback<L>>(callback: C) -> Self {
        Self {
            value: Box::new(callback),
            functions: CallbackFunctions::of::<L, C>(),
        }
    }
}

impl CallbackFunctions {
    fn of<L: Loop, C: Callback<L>>() -> Self {
        Self {
            type_id: TypeId::of::<C>(),
            type_name: type_name::<C>(),
            info: info::<L, C>,
            default_info: CallbackInfo::of::<C>,
            handlers: handlers::<L, C>,
        }
    }

    /// What the callback declares about itself. If its function panics: the default, and the reason.
    pub(crate) fn info(&self, callback: &dyn Any) -> (CallbackInfo, Option<String>) {
        match catch(|| (self.info)(callback)) {
            Ok(info) => (info, None),
            Err(why) => ((self.default_info)(), Some(format!("its `info` {why}"))),
        }
    }

    pub(crate) fn handlers(&self, callback: &dyn Any) -> Vec<Handler> {
        (self.handlers)(callback)
    }

    /// Whether its type has parameters, so that the name of the type does not tell two such types apart.
    pub(crate) fn is_generic(&self) -> bool {
        self.type_name.contains('<')
    }
}

fn info<L: Loop, C: Callback<L>>(callback: &dyn Any) -> CallbackInfo {
    match callback.downcast_ref::<C>() {
        Some(callback) => callback.info(),
        None => CallbackInfo::of::<C>(),
    }
}

fn handlers<L: Loop, C: Callback<L>>(callback: &dyn Any) -> Vec<Handler> {
    let Some(callback) = callback.downcast_ref::<C>() else {
        return Vec::new();
    };
    let mut handlers = Handlers::<L, C>::new();
    callback.handlers(&mut handlers);
    handlers.into_list()
}
