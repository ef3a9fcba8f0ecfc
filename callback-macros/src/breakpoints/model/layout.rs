//! The lines of a loop as one list of breakpoints and one of scopes.

use super::{Breakpoint, MOST_BREAKPOINTS, Role, Scope, phase_free};
use crate::breakpoints::syntax::{self, Declaration, Ending, Line, State};
use proc_macro2::{Ident, Span};
use syn::Type;
use syn::ext::IdentExt;

/// The breakpoints and scopes of a loop, as far as they are written.
#[derive(Default)]
pub(super) struct Layout {
    pub(super) scopes: Vec<Scope>,
    pub(super) breakpoints: Vec<Breakpoint>,
}

/// What is around a line.
#[derive(Clone)]
struct Around {
    scope: Option<usize>,
    phase: Option<String>,
    available: Vec<Type>,
}

impl Layout {
    pub(super) fn of(declaration: &Declaration) -> Self {
        let mut layout = Self::default();
        let around = Around {
            scope: None,
            phase: None,
            available: types(&declaration.states),
        };
        layout.add_bare("on_enter", Role::Enter, &around);
        layout.add_lines(&declaration.lines, around.clone());
        declaration
            .lines
            .iter()
            .for_each(|line| layout.add_ending(line, &around));
        layout.add_bare("on_exit", Role::Exit, &around);
        layout
    }

    /// Scopes and breakpoints; endings come after all of them.
    fn add_lines(&mut self, lines: &[Line], mut around: Around) {
        let last = lines.len().saturating_sub(1);
        for (index, line) in lines.iter().enumerate() {
            match line {
                Line::Scope(scope) => self.add_scope(scope, &around),
                Line::Breakpoint(breakpoint) => {
                    let role = match index {
                        0 => Role::Begin,
                        _ if index == last => Role::End,
                        _ => Role::Inside,
                    };
                    around.available.extend(types(&breakpoint.states));
                    self.add_breakpoint(breakpoint, role, &around);
                }
                Line::Ending(_) => {}
            }
        }
    }

    fn add_scope(&mut self, scope: &syntax::Scope, around: &Around) {
        let phase = scope
            .phase
            .as_ref()
            .map(|_| scope.name.unraw().to_string().to_lowercase());
        let index = self.scopes.len();
        let mut inside = around.clone();
        inside.scope = Some(index);
        inside.phase = phase.clone().or(inside.phase);
        inside.available.extend(types(&scope.states));
        let begin = self.breakpoints.len();
        self.scopes.push(Scope {
            attributes: scope.attributes.clone(),
            name: scope.name.clone(),
            parent: around.scope,
            begin,
            end: begin,
            phase,
            states: types(&scope.states),
        });
        self.add_lines(&scope.lines, inside);
        // A scope without breakpoints is an error; until it is mended, its end is one that exists.
        let end = self.breakpoints.len().saturating_sub(1);
        self.scopes[index].end = end.max(begin);
    }

    fn add_breakpoint(&mut self, written: &syntax::Breakpoint, role: Role, around: &Around) {
        let is_pair = |scope: usize| self.scopes[scope].phase.is_some() && role != Role::Inside;
        let is_pair = around.scope.is_some_and(is_pair);
        let name = written.name.unraw().to_string();
        let phase = around.phase.as_ref();
        self.add(Breakpoint {
            attributes: written.attributes.clone(),
            name: written.name.clone(),
            role,
            scope: around.scope,
            phase: phase.cloned(),
            free: phase.and_then(|phase| phase_free::name(&name, phase, is_pair)),
            states: types(&written.states),
            available: around.available.clone(),
            answer: written.answer.clone(),
        });
    }

    fn add_ending(&mut self, line: &Line, around: &Around) {
        let Line::Ending(Ending {
            attributes,
            word,
            name,
        }) = line
        else {
            return;
        };
        if let Some(role) = Role::of_ending(word) {
            self.add(Breakpoint {
                attributes: attributes.clone(),
                ..bare(name.clone(), role, around)
            });
        }
    }

    fn add_bare(&mut self, name: &str, role: Role, around: &Around) {
        let name = Ident::new(name, Span::mixed_site());
        self.breakpoints.push(bare(name, role, around));
    }

    /// One that is declared already, or one too many, is an error: left out here, it is told only once.
    fn add(&mut self, breakpoint: Breakpoint) {
        let is_known = self
            .breakpoints
            .iter()
            .any(|known| known.name == breakpoint.name);
        if !is_known
            && breakpoint.name != "on_exit"
            && self.breakpoints.len() + 1 < MOST_BREAKPOINTS
        {
            self.breakpoints.push(breakpoint);
        }
    }
}

/// A breakpoint outside of all scopes.
fn bare(name: Ident, role: Role, around: &Around) -> Breakpoint {
    Breakpoint {
        attributes: Vec::new(),
        name,
        role,
        scope: None,
        phase: None,
        free: None,
        states: Vec::new(),
        available: around.available.clone(),
        answer: None,
    }
}

fn types(states: &[State]) -> Vec<Type> {
    states.iter().map(|state| state.of.clone()).collect()
}
