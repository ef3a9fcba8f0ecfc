//! Turns the nested lines of a loop into a list of breakpoints and a list of scopes.

use super::phase_free_name::phase_free_name;
use super::{Breakpoint, MAX_BREAKPOINTS, Role, Scope};
use crate::breakpoints::syntax::{self, Declaration, DeclaredState, Ending, Line};
use proc_macro2::{Ident, Span};
use syn::Type;
use syn::ext::IdentExt;

/// The breakpoints and scopes of a loop, without those that a rule refuses.
#[derive(Default)]
pub(super) struct Layout {
    pub(super) scopes: Vec<Scope>,
    pub(super) breakpoints: Vec<Breakpoint>,
}

/// The scope, the phase and the state around a line.
#[derive(Clone)]
struct LineContext {
    scope: Option<usize>,
    phase: Option<String>,
    available: Vec<Type>,
}

impl Layout {
    pub(super) fn new(declaration: &Declaration) -> Self {
        let mut layout = Self::default();
        let context = LineContext {
            scope: None,
            phase: None,
            available: types(&declaration.states),
        };
        layout.add_implicit("on_enter", Role::Enter, &context);
        layout.add_lines(&declaration.lines, context.clone());
        declaration
            .lines
            .iter()
            .for_each(|line| layout.add_ending(line, &context));
        layout.add_implicit("on_exit", Role::Exit, &context);
        layout
    }

    /// Adds scopes and breakpoints; the breakpoints of endings come after all of them.
    fn add_lines(&mut self, lines: &[Line], mut context: LineContext) {
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            match line {
                Line::Scope(scope) => self.add_scope(scope, &context),
                Line::Breakpoint(breakpoint) => {
                    let role = match index {
                        0 => Role::Begin,
                        _ if index == last => Role::End,
                        _ => Role::Inside,
                    };
                    context.available.extend(types(&breakpoint.states));
                    self.add_breakpoint(breakpoint, role, &context);
                }
                Line::Ending(_) | Line::Aliases(_) => {}
            }
        }
    }

    fn add_scope(&mut self, scope: &syntax::Scope, context: &LineContext) {
        let phase = scope
            .phase
            .as_ref()
            .map(|_| scope.name.unraw().to_string().to_lowercase());
        let index = self.scopes.len();
        let mut inner = context.clone();
        inner.scope = Some(index);
        inner.phase = phase.clone().or(inner.phase);
        inner.available.extend(types(&scope.states));
        let begin = self.breakpoints.len();
        self.scopes.push(Scope {
            attributes: scope.attributes.clone(),
            name: scope.name.clone(),
            parent: context.scope,
            begin,
            end: begin,
            phase,
            counters: scope.counters.clone(),
            states: types(&scope.states),
        });
        self.add_lines(&scope.lines, inner);
        // A rule refuses a scope without breakpoints; its `end` must still be the index of a breakpoint.
        let end = self.breakpoints.len().saturating_sub(1);
        self.scopes[index].end = end.max(begin);
    }

    fn add_breakpoint(&mut self, line: &syntax::Breakpoint, role: Role, context: &LineContext) {
        let bounds_phase =
            |scope: usize| self.scopes[scope].phase.is_some() && role != Role::Inside;
        let bounds_phase = context.scope.is_some_and(bounds_phase);
        let name = line.name.unraw().to_string();
        let phase = context.phase.as_ref();
        self.add(Breakpoint {
            attributes: line.attributes.clone(),
            name: line.name.clone(),
            role,
            scope: context.scope,
            phase: phase.cloned(),
            phase_free: phase.and_then(|phase| phase_free_name(&name, phase, bounds_phase)),
            bounds_phase,
            states: types(&line.states),
            available: context.available.clone(),
            answer: line.answer.clone(),
            completes: line.completes.clone(),
            measures: line.measures.clone(),
            polls: line.polls.clone(),
        });
    }

    fn add_ending(&mut self, line: &Line, context: &LineContext) {
        let Line::Ending(Ending {
            attributes,
            keyword,
            name,
        }) = line
        else {
            return;
        };
        if let Some(role) = Role::from_ending(keyword) {
            self.add(Breakpoint {
                attributes: attributes.clone(),
                ..outside_scopes(name.clone(), role, context)
            });
        }
    }

    /// Adds a breakpoint that every loop has.
    fn add_implicit(&mut self, name: &str, role: Role, context: &LineContext) {
        let name = Ident::new(name, Span::mixed_site());
        self.breakpoints.push(outside_scopes(name, role, context));
    }

    /// Adds the breakpoint, unless a rule refuses it: a second one of its name, or one too many.
    fn add(&mut self, breakpoint: Breakpoint) {
        let is_duplicate = self
            .breakpoints
            .iter()
            .any(|earlier| earlier.name.unraw() == breakpoint.name.unraw());
        if !is_duplicate
            && breakpoint.name.unraw() != "on_exit"
            && self.breakpoints.len() + 1 < MAX_BREAKPOINTS
        {
            self.breakpoints.push(breakpoint);
        }
    }
}

fn outside_scopes(name: Ident, role: Role, context: &LineContext) -> Breakpoint {
    Breakpoint {
        attributes: Vec::new(),
        name,
        role,
        scope: None,
        phase: None,
        phase_free: None,
        bounds_phase: false,
        states: Vec::new(),
        available: context.available.clone(),
        answer: None,
        completes: None,
        measures: None,
        polls: None,
    }
}

fn types(states: &[DeclaredState]) -> Vec<Type> {
    states.iter().map(|state| state.ty.clone()).collect()
}
