//! What the block means: which handlers run where, and what the callback is like.

mod access;
mod own_type;
mod period;
mod reach;
mod relations;
mod settings;

pub(crate) use access::{Access, borrowed_for};
pub(crate) use own_type::{anonymous_lifetimes, name_self};
pub(crate) use period::{Beat, Period, Setting};
pub(crate) use reach::{Binding, Claim, Place, claims_of};
pub(crate) use relations::{Provision, Relation, can_be_state, can_make, can_name_callbacks};
pub(crate) use settings::{Settings, Weight, bare, bare_value, not_a_number, text, truth};

use crate::callback::syntax::{
    Arguments, Block, Every, Fact, Facts, Function, Handover, Head, Item, On,
};
use crate::facade;
use crate::spelling::written;
use proc_macro2::Ident;
use std::collections::BTreeSet;
use syn::Path;
use syn::ext::IdentExt;

/// An annotated block.
pub(crate) struct Model {
    pub(crate) krate: Path,
    pub(crate) loops: Vec<Loop>,
    pub(crate) arguments: Arguments,
    pub(crate) settings: Settings,
    /// What it says of other callbacks.
    pub(crate) relations: Vec<Relation>,
    /// The state it brings.
    pub(crate) provisions: Vec<Provision>,
    pub(crate) block: Block,
    pub(crate) head: Head,
    pub(crate) handlers: Vec<Handler>,
    /// Which handler runs at which breakpoint, once the better ones have won.
    pub(crate) bindings: Vec<Binding>,
}

/// A loop that the block serves.
pub(crate) struct Loop {
    pub(crate) path: Path,
    pub(crate) facts: Facts,
}

/// A function that runs at breakpoints.
pub(crate) struct Handler {
    /// Where it stands among the handlers as written.
    pub(crate) index: usize,
    pub(crate) function: Function,
    pub(crate) requests: Vec<Request>,
    /// How often it runs there, as written.
    pub(crate) every: Vec<Every>,
    /// The same, to be united; whenever the breakpoint fires if nothing is said.
    pub(crate) periods: Vec<Period>,
}

/// One name by which a handler says where it runs.
pub(crate) struct Request {
    pub(crate) word: Ident,
    /// Whether it stands in an `#[on(…)]`, and is not the function's own name.
    pub(crate) in_attribute: bool,
    /// The phase it is narrowed to.
    pub(crate) phase: Option<Ident>,
    /// The breakpoints it means; none if it is misspelt.
    pub(crate) places: Vec<Claim>,
}

impl Model {
    pub(crate) fn new(handover: Handover) -> Self {
        let Handover {
            krate,
            loops,
            arguments,
            block,
            head,
        } = handover;
        let loops = Loop::all(&krate, loops, &arguments);
        let handlers = Handler::all(&block, &loops);
        Self {
            bindings: reach::bindings(&handlers),
            settings: Settings::new(&arguments, &head),
            relations: relations::relations(&arguments),
            provisions: relations::provisions(&arguments),
            krate,
            loops,
            arguments,
            block,
            head,
            handlers,
        }
    }

    /// Whether a handler or a breakpoint may be missing because something is unfinished or wrong already.
    pub(crate) fn is_unsure(&self) -> bool {
        self.block.items.iter().any(Item::is_unfinished)
            || self.loops.iter().any(|each| !each.facts.sure)
    }

    /// Whether it is one type, known where it is written.
    pub(crate) fn is_concrete(&self) -> bool {
        self.head.generics.params.is_empty() && anonymous_lifetimes(&self.head.self_type).is_empty()
    }

    /// Whether no breakpoint is called so, in any phase.
    pub(crate) fn means_nothing(&self, request: &Request) -> bool {
        reach::places(&request.spellings(), None, &self.loops).is_empty()
    }

    /// The phases of all loops.
    pub(crate) fn phases(&self) -> impl Iterator<Item = &str> {
        let breakpoints = self.loops.iter().flat_map(|each| &each.facts.breakpoints);
        let phases: BTreeSet<_> = breakpoints
            .filter_map(|each| each.phase.as_deref())
            .collect();
        phases.into_iter()
    }

    pub(crate) fn breakpoint(&self, place: Place) -> Option<&Fact> {
        self.loops
            .get(place.in_loop)?
            .facts
            .breakpoints
            .get(place.breakpoint)
    }
}

impl Loop {
    /// The loops in the order they are named, each with what its macro said.
    fn all(krate: &Path, facts: Vec<Facts>, arguments: &Arguments) -> Vec<Self> {
        let named = arguments.loops().cloned();
        let paths = named.chain([facade::default_loop(krate)]);
        let mut loops: Vec<Self> = Vec::new();
        for (path, facts) in paths.zip(facts) {
            // One that is named twice is an error, and served once.
            let is_new = !loops
                .iter()
                .any(|known| written(&known.path) == written(&path));
            loops.extend(is_new.then_some(Self { path, facts }));
        }
        loops
    }
}

impl Handler {
    fn all(block: &Block, loops: &[Loop]) -> Vec<Self> {
        let mut handlers: Vec<Self> = Vec::new();
        let functions = block.items.iter().filter_map(|item| item.function.as_ref());
        for function in functions.filter(|function| function.is_handler()) {
            let handler = Self::new(handlers.len(), function.clone(), loops);
            let same = |known: &Self| known.name() == handler.name() && !known.is_conditional();
            // Of two functions with one name rustc says enough.
            if handler.is_conditional() || !handlers.iter().any(same) {
                handlers.push(handler);
            }
        }
        handlers
    }

    fn new(index: usize, function: Function, loops: &[Loop]) -> Self {
        let ons: Vec<_> = function.on().collect();
        let requests = if ons.is_empty() {
            vec![Request::by_name(function.name(), loops)]
        } else {
            ons.iter()
                .flat_map(|on| Request::all_of(on, loops))
                .collect()
        };
        let every: Vec<_> = function.every().collect();
        Self {
            index,
            periods: every.iter().map(Period::new).collect(),
            every,
            function,
            requests,
        }
    }

    pub(crate) fn name(&self) -> &Ident {
        self.function.name()
    }

    /// What the words of its periods are given.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &Setting> {
        self.periods.iter().flat_map(Period::settings)
    }

    /// Whether it is there only if something holds.
    pub(crate) fn is_conditional(&self) -> bool {
        !self.function.conditions().is_empty()
    }
}

impl Request {
    fn by_name(name: &Ident, loops: &[Loop]) -> Self {
        let spelt = name.unraw().to_string();
        Self {
            word: name.clone(),
            in_attribute: false,
            phase: None,
            places: reach::places(&[spelt], None, loops),
        }
    }

    fn all_of(on: &On, loops: &[Loop]) -> Vec<Self> {
        let phase = on.phase.as_ref();
        let requests = on.words.iter().map(|word| Self {
            word: word.clone(),
            in_attribute: true,
            phase: phase.cloned(),
            places: reach::places(&spellings(word), phase, loops),
        });
        requests.collect()
    }

    /// What the breakpoint may be called.
    pub(crate) fn spellings(&self) -> Vec<String> {
        if self.in_attribute {
            spellings(&self.word).into()
        } else {
            vec![self.word.unraw().to_string()]
        }
    }
}

/// In an `#[on(…)]` the `on_` of a name can be left out.
fn spellings(word: &Ident) -> [String; 2] {
    let word = word.unraw().to_string();
    let full = format!("on_{word}");
    [word, full]
}
