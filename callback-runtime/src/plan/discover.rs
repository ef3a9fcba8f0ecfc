//! Callbacks that a plan finds in the registry.

use super::attached::Insertion;
use super::nearest::nearest;
use super::problem::{Problem, ProblemKind};
use super::{Attached, Plan, PlanCore, ProblemText};
use crate::callback::{Location, Registration, registrations};
use crate::loops::{Loop, LoopInfo};
use crate::outcome::catch;
use std::any::TypeId;
use std::collections::HashSet;

/// Callbacks asked for that are not attached by hand.
pub(crate) struct DiscoveryRequest {
    kind: RequestKind,
    /// The place of insertion, and where it was asked.
    insertion: Insertion,
    location: Location,
    done: bool,
}

enum RequestKind {
    /// Everything registered that the filter keeps.
    Discover(Box<Filter>),
    /// The callback of this name, attached or registered.
    Require(String),
}

type Filter = dyn Fn(&Registration) -> bool;

impl<L: Loop> Plan<L> {
    /// Attaches every callback that is registered for the loop and can be built without arguments, in the order of [`registrations`]. A
    /// type that is attached by hand, before or after this call, is left out.
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

    /// Like [`discover`](Self::discover), for the registrations that `keep` accepts: by crate, module path, name or anything else that a
    /// [`Registration`] has.
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
        let insertion = self.core.next_insertion();
        self.core.requests.push(DiscoveryRequest {
            kind: RequestKind::Discover(Box::new(keep)),
            insertion,
            location: Location::here(),
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
        let insertion = self.core.next_insertion();
        self.core.requests.push(DiscoveryRequest {
            kind: RequestKind::Require(name.into()),
            insertion,
            location: Location::here(),
            done: false,
        });
        self
    }
}

impl PlanCore {
    /// Builds and attaches the requested callbacks that are not attached yet, and suppresses those of which one is attached by hand.
    pub(crate) fn attach_discovered(&mut self) -> Vec<Problem> {
        let mut requests = std::mem::take(&mut self.requests);
        let mut problems = Vec::new();
        let mut known = None;
        for request in requests.iter_mut().filter(|request| !request.done) {
            let known = known.get_or_insert_with(|| Known::of(&self.attached));
            let failed = match &request.kind {
                RequestKind::Discover(keep) => {
                    self.discover_now(known, keep.as_ref(), request.insertion, request.location)
                }
                RequestKind::Require(name) => {
                    self.attach_required(known, name, request.insertion, request.location)
                }
            };
            // The next check tries and reports again what failed.
            request.done = failed.is_empty();
            problems.extend(failed);
        }
        self.requests = requests;
        self.suppress();
        problems
    }

    fn discover_now(
        &mut self,
        known: &mut Known,
        keep: &Filter,
        insertion: Insertion,
        location: Location,
    ) -> Vec<Problem> {
        // The filter is user code, and may panic.
        match catch(|| known.kept(keep)) {
            Ok(found) => self.make_all(known, &found, insertion, location),
            Err(why) => {
                let what = format!("its filter {why}");
                let text = ProblemText::hinted(what, "nothing is discovered");
                vec![Problem::of_plan(
                    ProblemKind::Panicked,
                    "discover_if",
                    location,
                    text,
                )]
            }
        }
    }

    fn make_all(
        &mut self,
        known: &mut Known,
        found: &[&'static Registration],
        insertion: Insertion,
        location: Location,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let of_loop = found.iter().filter(|one| one.is_for(self.loop_info));
        for (nth, registration) in of_loop.enumerate() {
            let is_known = known.types.contains(&registration.callback_type());
            if registration.needs_arguments() || is_known {
                continue;
            }
            // `Default` is user code, and may panic.
            match catch(|| registration.make()) {
                Ok(Some(callback)) => {
                    let insertion = Insertion { nth, ..insertion };
                    let id = self.add_attached(callback, insertion, location, false);
                    self.attached[id].sendable = registration.sendable();
                    known.types.insert(registration.callback_type());
                    known.names.insert(name_of(&self.attached[id]).to_owned());
                }
                Ok(None) => {}
                Err(why) => {
                    let hint = "attach one by hand, or say `discover = false`";
                    let text = ProblemText::hinted(format!("its `Default` {why}"), hint);
                    let (name, location) = (registration.name(), registration.location());
                    problems.push(Problem::of_plan(
                        ProblemKind::Panicked,
                        name,
                        location,
                        text,
                    ));
                }
            }
        }
        problems
    }

    fn attach_required(
        &mut self,
        known: &mut Known,
        name: &str,
        insertion: Insertion,
        location: Location,
    ) -> Vec<Problem> {
        if known.names.contains(name) {
            return Vec::new();
        }
        let mut of_loop = known
            .registered
            .iter()
            .filter(|one| one.is_for(self.loop_info));
        let text = match of_loop.find(|one| one.name() == name).copied() {
            Some(found) if !found.needs_arguments() => {
                return self.make_all(known, &[found], insertion, location);
            }
            Some(found) => format!(
                "`{name}` is registered ({}) but needs arguments; attach one by hand",
                found.location()
            ),
            None => not_registered(self.loop_info, name, &known.registered),
        };
        vec![Problem::of_plan(
            ProblemKind::Required,
            name,
            location,
            text,
        )]
    }

    pub(crate) fn suppress(&mut self) {
        let by_hand: HashSet<TypeId> = self
            .attached
            .iter()
            .filter(|one| one.by_hand)
            .map(|one| one.functions.type_id)
            .collect();
        for one in &mut self.attached {
            one.active = one.by_hand || !by_hand.contains(&one.functions.type_id);
        }
    }
}

/// What the requests of a plan look for, collected once for all of them.
struct Known {
    registered: Vec<&'static Registration>,
    /// The types of the attached callbacks.
    types: HashSet<TypeId>,
    /// The names by which the attached callbacks are required.
    names: HashSet<String>,
}

impl Known {
    fn of(attached: &[Attached]) -> Self {
        Self {
            registered: registrations(),
            types: attached.iter().map(|one| one.functions.type_id).collect(),
            names: attached.iter().map(|one| name_of(one).to_owned()).collect(),
        }
    }

    /// What a filter keeps of what may be discovered.
    fn kept(&self, keep: &Filter) -> Vec<&'static Registration> {
        let found = self.registered.iter().copied();
        found
            .filter(|one| one.is_discoverable() && keep(one))
            .collect()
    }
}

fn name_of(attached: &Attached) -> &str {
    attached
        .explicit_name()
        .unwrap_or_else(|| attached.info.type_label())
}

fn not_registered(loop_info: &LoopInfo, name: &str, all: &[&Registration]) -> String {
    let names = all
        .iter()
        .filter(|one| one.is_for(loop_info))
        .map(|one| one.name());
    let near = nearest(name, names)
        .map(|other| format!("did you mean `{other}`? "))
        .unwrap_or_default();
    format!(
        "no callback of that name is registered for {}; {near}if it is in a crate that the program names nothing of, \
         the linker left it out: write `callbacks::link!(that_crate);`",
        loop_info.name
    )
}
