//! What a name that is no breakpoint means: a breakpoint whose name lacks `on_`, or a hook of another framework.

use super::{BreakpointRef, Model};
use crate::callback::syntax::{Alias, Aliases, Function, Item, is_called};
use crate::spelling::snake_case;
use syn::ext::IdentExt;

/// A hook of other frameworks, in one of the block's loops.
#[derive(Clone, Copy)]
pub(crate) struct Meaning<'m> {
    pub(crate) alias: &'m Alias,
    pub(crate) loop_name: &'m str,
}

/// A function that is no handler, although its name says so.
pub(crate) enum Misnamed<'m> {
    /// `epoch_end`: the name of the breakpoint.
    LacksPrefix(String),
    /// `training_step`: what the hook is in the loops.
    Hook(Vec<Meaning<'m>>),
}

impl Model {
    /// Whether the block has a name for which a loop's table of other frameworks is needed and missing.
    pub(crate) fn needs_table(&self) -> bool {
        if self.has_incomplete_loop() {
            return false;
        }
        let infos = self.loops.iter().map(|each| &each.info.aliases);
        let mut lists = infos.filter_map(|aliases| match aliases {
            Aliases::Names(names) => Some(names),
            _ => None,
        });
        let has_unknown = self.first_unknown().is_some();
        lists.any(|list| has_unknown || self.has_function_in(&list.value()))
    }

    /// Whether a function that is no handler is called by one of `names`, which are separated by spaces.
    fn has_function_in(&self, names: &str) -> bool {
        self.other_functions().any(|function| {
            let name = possible_names(function);
            names.split(' ').any(|hook| is_called(hook, &name))
        })
    }

    /// Returns the first name in the block that no loop has.
    pub(crate) fn first_unknown(&self) -> Option<&BreakpointRef> {
        let handlers = self.handlers.iter();
        let mut names = handlers.flat_map(|handler| &handler.breakpoints);
        names.find(|breakpoint| self.is_unknown(breakpoint))
    }

    /// Returns the hooks of other frameworks that are called by one of `names`.
    pub(crate) fn meanings(&self, names: &[String]) -> Vec<Meaning<'_>> {
        let all = self.all_meanings();
        let mut called: Vec<_> = all
            .filter(|meaning| meaning.alias.is_called(names))
            .collect();
        // Two frameworks may have `optimizer_step` and `on_optimizer_step`.
        let is_exact = |meaning: &Meaning<'_>| names.contains(&meaning.alias.name);
        if called.iter().any(is_exact) {
            called.retain(is_exact);
        }
        called
    }

    /// Returns the hooks of other frameworks in all loops of the block.
    pub(crate) fn all_meanings(&self) -> impl Iterator<Item = Meaning<'_>> {
        self.loops.iter().flat_map(|each| {
            let table = match &each.info.aliases {
                Aliases::Table(table) => &table[..],
                _ => &[],
            };
            table.iter().map(|alias| Meaning {
                alias,
                loop_name: &each.info.name,
            })
        })
    }

    /// Returns the functions that are no handlers although their names say so.
    pub(crate) fn misnamed_functions(&self) -> impl Iterator<Item = (&Function, Misnamed<'_>)> {
        let functions = self.other_functions();
        functions.filter_map(|function| Some((function, self.misnamed(function)?)))
    }

    /// Whether the function is one of [`misnamed_functions`](Self::misnamed_functions).
    pub(crate) fn is_misnamed(&self, function: &Function) -> bool {
        self.misnamed(function).is_some()
    }

    fn misnamed(&self, function: &Function) -> Option<Misnamed<'_>> {
        let names = possible_names(function);
        let prefixed = names.iter().map(|name| format!("on_{name}"));
        let mut candidates = names.iter().cloned().chain(prefixed);
        if let Some(breakpoint) = candidates.find(|name| self.has_breakpoint(name)) {
            return Some(Misnamed::LacksPrefix(breakpoint));
        }
        let meanings = self.meanings(&names);
        (!meanings.is_empty()).then_some(Misnamed::Hook(meanings))
    }

    fn has_breakpoint(&self, name: &str) -> bool {
        let infos = self.loops.iter().map(|each| &each.info);
        let mut breakpoints = infos.flat_map(|info| &info.breakpoints);
        breakpoints.any(|each| each.name == name || each.phase_free.as_deref() == Some(name))
    }

    /// Returns the functions that are no handlers: those that the first stage passes on.
    fn other_functions(&self) -> impl Iterator<Item = &Function> {
        let functions = self.block.items.iter();
        let functions = functions.filter_map(|item: &Item| item.function.as_ref());
        functions.filter(|function| !function.is_handler())
    }
}

/// Returns the name of the function, in words separated by underscores: `on_epoch_end` for `onEpochEnd`.
fn possible_names(function: &Function) -> Vec<String> {
    let name = function.name().unraw().to_string();
    let is_camel_case = name.starts_with(char::is_lowercase) && name.contains(char::is_uppercase);
    vec![if is_camel_case {
        snake_case(&name)
    } else {
        name
    }]
}
