//! A loop written by hand: a run of steps.
#![allow(dead_code, reason = "no test uses all of its breakpoints")]

use callbacks::{At, Availability, Break, Breakpoint, Loop, Role, Run, Scope, ScopeInfo};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Relax;

impl Relax {
    pub(crate) const RUN_BEGIN: At<Self> = At::new(1);
    pub(crate) const BEFORE_STEP: At<Self> = At::new(2);
    pub(crate) const ON_FORCE: At<Self> = At::new(3);
    pub(crate) const AFTER_STEP: At<Self> = At::new(4);
    pub(crate) const RUN_END: At<Self> = At::new(5);
    pub(crate) const ON_ENTER: At<Self> = At::new(0);
    pub(crate) const ON_STOP: At<Self> = At::new(6);
    pub(crate) const ON_ERROR: At<Self> = At::new(8);
    pub(crate) const ON_EXIT: At<Self> = At::new(9);
    pub(crate) const RUN: Scope<Self> = Scope::new(0);
    pub(crate) const STEP: Scope<Self> = Scope::new(1);
}

const fn place(index: u16, name: &'static str, role: Role, scope: Option<u8>) -> Breakpoint {
    Breakpoint::new("Relax", index, name, role, scope, None)
}

impl Loop for Relax {
    const NAME: &'static str = "Relax";
    const SCOPES: &'static [ScopeInfo] = &[
        ScopeInfo::new("RUN", None, 1, 5, None),
        ScopeInfo::new("STEP", Some(0), 2, 4, None),
    ];
    const BREAKPOINTS: &'static [Breakpoint] = &[
        place(0, "on_enter", Role::Enter, None),
        place(1, "on_run_begin", Role::Begin, Some(0)),
        place(2, "before_step", Role::Begin, Some(1)),
        place(3, "on_force", Role::Inside, Some(1)),
        place(4, "after_step", Role::End, Some(1)),
        place(5, "on_run_end", Role::End, Some(0)),
        place(6, "on_stop", Role::Stop, None),
        place(7, "on_interrupt", Role::Interrupt, None),
        place(8, "on_error", Role::Error, None),
        place(9, "on_exit", Role::Exit, None),
    ];
    fn availability(_: &mut Availability<Self>) {}
}

/// So many steps.
pub(crate) fn relax(run: &mut Run<'_, Relax>, steps: usize) -> Result<(), Break> {
    run.scope(Relax::RUN, |run| {
        for _ in 0..steps {
            run.scope(Relax::STEP, |run| run.fire(Relax::ON_FORCE))?;
        }
        Ok(())
    })?;
    Ok(())
}
