//! Callbacks of any type, as a plan holds them.

use crate::callback::{Callback, CallbackInfo, Handler, Handlers};
use crate::loops::Loop;
use crate::raw::Erased;
use std::any::{Any, type_name};

/// A [`Callback`] whose type is forgotten.
pub(crate) trait AnyCallback<L: Loop>: Erased {
    fn info(&self) -> CallbackInfo;
    /// What can be said of it without asking it.
    fn default_info(&self) -> CallbackInfo;
    fn handlers(&self) -> Vec<Handler>;
    /// Its type has parameters.
    fn is_generic(&self) -> bool;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<L: Loop, C: Callback<L>> AnyCallback<L> for C {
    fn info(&self) -> CallbackInfo {
        Callback::<L>::info(self)
    }

    fn default_info(&self) -> CallbackInfo {
        CallbackInfo::of::<C>()
    }

    fn handlers(&self) -> Vec<Handler> {
        let mut handlers = Handlers::new();
        Callback::<L>::handlers(self, &mut handlers);
        handlers.into_list()
    }

    fn is_generic(&self) -> bool {
        type_name::<C>().contains('<')
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
