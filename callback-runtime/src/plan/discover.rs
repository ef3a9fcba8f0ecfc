//! Callbacks that a plan finds in the registry.

use super::Plan;
use super::problem::{Problem, ProblemKind};
use crate::breakpoint::Loop;
use crate::failure::Cause;
use crate::registry::{Registration, registrations};
use crate::site::Site;
use std::any::TypeId;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Callbacks asked for that are not attached by hand.
pub(super) enum Request {
    /// Everything registered that the filter keeps, at this place of insertion.
    Discover {
        place: usize,
        site: Site,
        keep: Box<dyn Fn(&Registration) -> bool>,
        done: bool,
    },
    /// The callback of this name, attached or registered.
    Require {
        place: usize,
        site: Site,
        name: String,
        done: bool,
    },
}

impl<L: Loop> Plan<L> {
    /// Attaches every callback that is registered for the loop and can be made without arguments, in the order of
    /// [`registrations`]. A type that is attached by hand, before or after, is left out.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// #[derive(Default)]
    /// struct Log;
    ///
    /// #[callback(Relax)]
    /// impl Log {
    ///     fn after_step(&self) {}
    /// }
    ///
    /// let mut plan = Plan::<Relax>::new();
    /// plan.discover();
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["Log"]);
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn discover(&mut self) -> &mut Self {
        self.discover_if(|_| true)
    }

    /// Like [`discover`](Self::discover), of what `keep` keeps: by crate, module path, name or whatever else a
    /// [`Registration`] tells.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # breakpoints! { pub loop Relax { scope STEP { before_step; after_step; } } }
    /// #[derive(Default)]
    /// struct Log;
    ///
    /// #[callback(Relax)]
    /// impl Log {
    ///     fn after_step(&self) {}
    /// }
    ///
    /// let mut plan = Plan::<Relax>::new();
    /// plan.discover_if(|one| one.crate_name() == "another" || one.weight() > 0.0);
    /// plan.check(&State::new())?;
    /// assert!(plan.names().is_empty());
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn discover_if(&mut self, keep: impl Fn(&Registration) -> bool + 'static) -> &mut Self {
        let place = self.take_place();
        self.requests.push(Request::Discover {
            place,
            site: Site::here(),
            keep: Box::new(keep),
            done: false,
        });
        self
    }

    /// Asks for the callback named `name`: attaches it if it is registered and not attached yet, and is a problem of the
    /// plan otherwise.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// #[derive(Default)]
    /// struct Patience;
    ///
    /// #[callback(name = "patience", discover = false)]
    /// impl Patience {
    ///     fn on_epoch_end(&self) {}
    /// }
    ///
    /// let mut plan = Plan::<Fit>::new();
    /// plan.require("patience");
    /// plan.check(&State::new())?;
    /// assert_eq!(plan.names(), ["patience"]);
    /// plan.require("patienc");
    /// assert!(plan.check(&State::new()).unwrap_err().to_string().contains("did you mean `patience`?"));
    /// # Ok::<(), PlanError>(())
    /// ```
    #[track_caller]
    pub fn require(&mut self, name: impl Into<String>) -> &mut Self {
        let place = self.take_place();
        self.requests.push(Request::Require {
            place,
            site: Site::here(),
            name: name.into(),
            done: false,
        });
        self
    }

    /// Makes and attaches what is asked for and not there yet; takes out what an instance attached by hand suppresses.
    pub(super) fn fulfil(&mut self) -> Vec<Problem> {
        let mut requests = std::mem::take(&mut self.requests);
        let mut problems = Vec::new();
        for request in &mut requests {
            match request {
                Request::Discover {
                    place,
                    site,
                    keep,
                    done: done @ false,
                } => {
                    let before = problems.len();
                    // The filter is somebody's code.
                    let kept = catch_unwind(AssertUnwindSafe(|| kept(keep.as_ref())));
                    let found = kept.unwrap_or_else(|panic| {
                        let text = format!(
                            "its filter {}; nothing is discovered",
                            Cause::of_panic(panic)
                        );
                        problems.push(Problem::of_plan(
                            ProblemKind::Panicked,
                            "discover_if",
                            *site,
                            text,
                        ));
                        Vec::new()
                    });
                    let failed = self.make_all(found.into_iter(), *place, *site);
                    problems.extend(failed);
                    // What failed is tried and told again by the next check.
                    *done = problems.len() == before;
                }
                Request::Require {
                    place,
                    site,
                    name,
                    done: done @ false,
                } => match self.find(name, *place, *site) {
                    Ok(()) => *done = true,
                    Err(problem) => problems.push(problem),
                },
                _ => {}
            }
        }
        self.requests = requests;
        self.suppress();
        problems
    }

    fn make_all(
        &mut self,
        found: impl Iterator<Item = &'static Registration>,
        place: usize,
        site: Site,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (rank, registration) in found.filter(|one| one.is_for::<L>()).enumerate() {
            let type_id = registration.callback_type();
            if registration.needs_arguments() || self.has(type_id) {
                continue;
            }
            // Its `Default` is somebody's code.
            match catch_unwind(AssertUnwindSafe(|| registration.make::<L>())) {
                Ok(Some(callback)) => {
                    self.adopt(callback, (place, rank), site, false);
                }
                Ok(None) => {}
                Err(panic) => {
                    let why = Cause::of_panic(panic);
                    let text = format!(
                        "its `Default` {why}; attach one by hand, or say `discover = false`"
                    );
                    let (name, site) = (registration.name(), registration.site());
                    problems.push(Problem::of_plan(ProblemKind::Panicked, name, site, text));
                }
            }
        }
        problems
    }

    fn has(&self, type_id: TypeId) -> bool {
        self.attached.iter().any(|one| one.type_id == type_id)
    }

    fn find(&mut self, name: &str, place: usize, site: Site) -> Result<(), Problem> {
        let attached = |one: &super::Attached| {
            one.explicit_name()
                .unwrap_or_else(|| one.about.type_label())
                == name
        };
        if self.attached.iter().any(attached) {
            return Ok(());
        }
        let all = registrations();
        let found = all
            .iter()
            .find(|one| one.is_for::<L>() && one.name() == name);
        let text = match found {
            Some(registration) if registration.needs_arguments() => format!(
                "`{name}` is registered ({}) but needs arguments; attach one by hand",
                registration.site()
            ),
            Some(registration) => {
                let made = self.make_all([*registration].into_iter(), place, site);
                return made.into_iter().next().map_or(Ok(()), Err);
            }
            None => not_registered::<L>(name, &all),
        };
        Err(Problem::of_plan(ProblemKind::Required, name, site, text))
    }

    fn suppress(&mut self) {
        let by_hand: Vec<TypeId> = self
            .attached
            .iter()
            .filter(|one| one.by_hand)
            .map(|one| one.type_id)
            .collect();
        for one in &mut self.attached {
            one.active = one.by_hand || !by_hand.contains(&one.type_id);
        }
    }
}

/// What a filter keeps of what may be discovered.
fn kept(keep: &dyn Fn(&Registration) -> bool) -> Vec<&'static Registration> {
    let found = registrations().into_iter();
    found
        .filter(|one| one.is_discoverable() && keep(one))
        .collect()
}

fn not_registered<L: Loop>(name: &str, all: &[&Registration]) -> String {
    let mut names = all
        .iter()
        .filter(|one| one.is_for::<L>())
        .map(|one| one.name());
    let near = names.find(|other| strsim::damerau_levenshtein(other, name) <= 2);
    let near = near
        .map(|other| format!("did you mean `{other}`? "))
        .unwrap_or_default();
    format!(
        "no callback of that name is registered for {}; {near}if it is in a crate that the program names nothing of, \
         the linker left it out: write `callbacks::link!(that_crate);`",
        L::NAME
    )
}
