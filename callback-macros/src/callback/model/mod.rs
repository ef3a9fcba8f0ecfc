//! The meaning of the block: the settings of the callback, and which handler runs at which breakpoint.

mod access;
mod handler;
mod literals;
mod meaning;
mod period;
mod persist;
mod provisions;
mod relations;
mod resolve;
mod self_type;
mod settings;
mod ungroup;

pub(crate) use access::{Access, borrow_lifetime, has_lifetime, option_argument};
pub(crate) use handler::{BreakpointRef, Handler};
pub(crate) use literals::{bool_literal, non_numeric_literal, string_literal};
pub(crate) use meaning::{Meaning, Misnamed};
pub(crate) use period::{Interval, NamedValue, Period};
pub(crate) use persist::{PERSIST_SETTINGS, Persist, PersistFields, field_name};
pub(crate) use provisions::{Provision, can_be_function, can_be_state};
pub(crate) use relations::{Relation, can_name_callbacks};
pub(crate) use resolve::{Binding, BreakpointIndex, Match, best_matches};
pub(crate) use self_type::{anonymous_lifetimes, replace_self};
pub(crate) use settings::{Settings, Weight};
pub(crate) use ungroup::{ungroup_expr, ungroup_type};

use super::syntax::{
    Arguments, Block, BreakpointInfo, ImplHeader, Item, LoopInfo, SecondStageInput,
};
use crate::crate_path;
use crate::spelling::format_tokens;
use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use std::collections::BTreeSet;
use syn::Path;

/// An annotated block.
pub(crate) struct Model {
    pub(crate) krate: Path,
    pub(crate) loops: Vec<Loop>,
    pub(crate) arguments: Arguments,
    pub(crate) settings: Settings,
    /// The callback's relations to other callbacks.
    pub(crate) relations: Vec<Relation>,
    /// The state that the callback provides.
    pub(crate) provisions: Vec<Provision>,
    pub(crate) block: Block,
    pub(crate) header: ImplHeader,
    pub(crate) handlers: Vec<Handler>,
    /// The breakpoints of each handler, without those at which a more specific handler runs.
    pub(crate) bindings: Vec<Binding>,
}

/// A loop that the block serves.
pub(crate) struct Loop {
    pub(crate) path: Path,
    pub(crate) info: LoopInfo,
}

impl Model {
    pub(crate) fn new(input: SecondStageInput) -> Self {
        let SecondStageInput {
            krate,
            loops,
            arguments,
            block,
            header,
        } = input;
        let loops = Loop::all(&krate, loops, &arguments);
        let handlers = Handler::all(&block, &loops);
        Self {
            bindings: resolve::bindings(&handlers),
            settings: Settings::new(&arguments, &header),
            relations: relations::relations(&arguments),
            provisions: provisions::provisions(&arguments),
            krate,
            loops,
            arguments,
            block,
            header,
            handlers,
        }
    }

    /// Whether a handler or a breakpoint may be missing, because a function or a loop has a syntax error.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.block.items.iter().any(Item::is_unfinished) || self.has_incomplete_loop()
    }

    /// Whether a breakpoint may be missing, because the declaration of a loop has errors.
    pub(crate) fn has_incomplete_loop(&self) -> bool {
        self.loops.iter().any(|each| !each.info.is_complete)
    }

    /// Whether the block is for a single type, and not for a generic one.
    pub(crate) fn is_concrete(&self) -> bool {
        let generics = &self.header.generics;
        generics.params.is_empty() && anonymous_lifetimes(&self.header.self_type).is_empty()
    }

    /// Whether no loop has a breakpoint of that name, in any phase.
    pub(crate) fn is_unknown(&self, breakpoint: &BreakpointRef) -> bool {
        resolve::matches(&breakpoint.possible_names(), None, &self.loops).is_empty()
    }

    /// Returns the names of the phases of all loops, sorted.
    pub(crate) fn phases(&self) -> impl Iterator<Item = &str> {
        let breakpoints = self.loops.iter().flat_map(|each| &each.info.breakpoints);
        let phases: BTreeSet<_> = breakpoints
            .filter_map(|breakpoint| breakpoint.phase.as_deref())
            .collect();
        phases.into_iter()
    }

    pub(crate) fn breakpoint(&self, index: BreakpointIndex) -> Option<&BreakpointInfo> {
        let breakpoints = &self.loops.get(index.loop_index)?.info.breakpoints;
        breakpoints.get(index.breakpoint)
    }
}

impl Loop {
    /// Returns the loop as a type: its path, or the type parameter for a trait of loops.
    pub(crate) fn as_type(&self) -> TokenStream {
        if self.info.is_trait {
            Ident::new("__CallbackLoop", Span::mixed_site()).into_token_stream()
        } else {
            self.path.to_token_stream()
        }
    }

    /// Pairs the paths in the arguments with what the loops' macros passed on.
    fn all(krate: &Path, infos: Vec<LoopInfo>, arguments: &Arguments) -> Vec<Self> {
        let paths = arguments.loops().cloned();
        let paths = paths.chain([crate_path::default_loop_path(krate)]);
        let mut loops: Vec<Self> = Vec::new();
        for (path, info) in paths.zip(infos) {
            // A rule reports a loop that is named twice; a second impl would be one more error.
            let is_duplicate = loops
                .iter()
                .any(|earlier| format_tokens(&earlier.path) == format_tokens(&path));
            if !is_duplicate {
                loops.push(Self { path, info });
            }
        }
        loops
    }
}
