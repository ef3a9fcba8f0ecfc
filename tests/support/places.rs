//! Saves a run at each place of a loop, and continues it from there.
//!
//! The loop is a list of actions. A saved run has the number of those that are done; the run that continues it skips them, and opens the
//! scopes that were open.

use callbacks::persist::{Fields, SavedRun};
use callbacks::prelude::*;
use callbacks::{Break, Loop, Run, Scope};

/// The number of actions that are done.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Done(u64);

impl Done {
    pub(crate) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("done", &mut self.0);
    }
}

/// Walks through the actions.
#[derive(Default)]
pub(crate) struct Walk {
    next: u64,
    pub(crate) saved: Vec<SavedRun>,
}

pub(crate) type Body<'b, L> = &'b mut dyn FnMut(&mut Run<'_, L>, &mut Walk) -> Result<(), Break>;

fn done<L: Loop>(run: &mut Run<'_, L>) -> u64 {
    run.state().get::<Done>().unwrap().0
}

impl Walk {
    /// Does the next action and saves the run, unless the action is done.
    pub(crate) fn act<L: Loop>(
        &mut self,
        run: &mut Run<'_, L>,
        action: impl FnOnce(&mut Run<'_, L>) -> Result<(), Break>,
    ) -> Result<(), Break> {
        self.next += 1;
        if done(run) < self.next {
            action(run)?;
            run.state().insert(Done(self.next));
            self.saved.push(run.save()?);
        }
        Ok(())
    }

    /// Opens a scope with so many actions, unless it has ended. The action after it saves the run.
    pub(crate) fn scope<L: Loop>(
        &mut self,
        run: &mut Run<'_, L>,
        (scope, actions): (Scope<L>, u64),
        body: Body<'_, L>,
    ) -> Result<(), Break> {
        if done(run) > self.next + actions {
            self.next += actions + 1;
            return Ok(());
        }
        run.scope(scope, |run| body(run, self))?;
        self.act(run, |_| Ok(()))
    }
}

/// What a run has done: what it saved at each place, how it ended, the bits of the model, and the state afterwards.
pub(crate) struct Ran {
    pub(crate) saved: Vec<SavedRun>,
    pub(crate) outcome: String,
    pub(crate) bits: Vec<u64>,
    #[allow(dead_code, reason = "not every test reads it")]
    pub(crate) state: State,
}

/// Returns a saved run after a detour through a file.
pub(crate) fn through_file(saved: &SavedRun) -> SavedRun {
    serde_json::from_str(&serde_json::to_string(saved).unwrap()).unwrap()
}

/// Cuts a run at each place at which it can be saved, and compares the rest with the run that was never cut.
pub(crate) fn cut_at_each_place(places: u64, run: &dyn Fn(Option<SavedRun>) -> Ran) -> Ran {
    let whole = run(None);
    assert_eq!(whole.saved.len() as u64, places, "{}", whole.outcome);
    let texts = texts(&whole.saved);
    for (place, saved) in whole.saved.iter().enumerate() {
        let rest = run(Some(through_file(saved)));
        assert_same(&rest, &whole, &texts[place + 1..], place);
    }
    whole
}

fn texts(runs: &[SavedRun]) -> Vec<String> {
    let texts = runs.iter().map(serde_json::to_string);
    texts.collect::<Result<_, _>>().unwrap()
}

/// Compares the rest of a run with the whole, of which `saved` is what the rest should save.
fn assert_same(rest: &Ran, whole: &Ran, saved: &[String], place: usize) {
    assert_eq!(rest.outcome, whole.outcome, "cut at {place}");
    assert_eq!(rest.saved.len(), saved.len(), "cut at {place}");
    for (index, (rest, whole)) in texts(&rest.saved).iter().zip(saved).enumerate() {
        assert_eq!(rest, whole, "cut at {place}, {index} places later");
    }
    assert_eq!(rest.bits, whole.bits, "cut at {place}");
}
