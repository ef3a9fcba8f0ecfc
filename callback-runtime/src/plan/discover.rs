//! Discovery: attaching callbacks that the program registers.

use super::attached::Insertion;
use super::nearest::nearest;
use super::problem::{Problem, ProblemKind};
use super::{Attached, Plan, PlanCore, ProblemText};
use crate::callback::{Location, Registration, registrations};
use crate::loops::{Loop, LoopInfo};
use crate::outcome::catch;
use std::any::TypeId;
use std::collections::HashSet;

/// A call of `discover`, `discover_if` or `require`.
pub(crate) struct DiscoveryRequest {
    kind: RequestKind,
    /// The position of the callbacks that the request attaches.
    insertion: Insertion,
    /// The call.
    location: Location,
    /// Whether the request has attached its callbacks. One that fails is tried again at the next check.
    done: bool,
}

enum RequestKind {
    /// Attach the registered callbacks that the filter accepts.
    Discover(Box<Filter>),
    /// Attach the registered callback of this name, unless one of that name is attached.
    Require(String),
}

/// Whether a registered callback is attached.
type Filter = dyn Fn(&Registration) -> bool;

impl<L: Loop> Plan<L> {
    /// Attaches every callback that is registered for the loop and can be built without arguments, in the order of [`registrations`]. It
    /// omits types of which a callback is attached by hand, before or after this call.
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

    /// Like [`discover`](Self::discover), for the registrations that `keep` accepts by their crate, module path, name or other properties of
    /// a [`Registration`].
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
    /// plan.discover_if(|found| found.crate_name() == "another" || found.weight() > 0.0);
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

    /// Requires a callback named `name`: attaches it if it is registered and not attached yet. The plan has a problem if it is neither
    /// attached nor registered.
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
    /// Builds and attaches the requested callbacks that are not attached yet, and suppresses those of a type that is attached by hand. Returns
    /// the requests that failed.
    pub(crate) fn attach_discovered(&mut self) -> Vec<Problem> {
        let mut requests = std::mem::take(&mut self.requests);
        let mut problems = Vec::new();
        let mut index = None;
        for request in requests.iter_mut().filter(|request| !request.done) {
            let index = index.get_or_insert_with(|| DiscoveryIndex::of(&self.attached));
            let failed = match &request.kind {
                RequestKind::Discover(keep) => {
                    self.attach_filtered(index, keep.as_ref(), request.insertion, request.location)
                }
                RequestKind::Require(name) => {
                    self.attach_required(index, name, request.insertion, request.location)
                }
            };
            // The next check tries a failed request again, and reports it again.
            request.done = failed.is_empty();
            problems.extend(failed);
        }
        self.requests = requests;
        self.suppress_discovered();
        problems
    }

    /// Attaches the registered callbacks that a filter accepts.
    fn attach_filtered(
        &mut self,
        index: &mut DiscoveryIndex,
        keep: &Filter,
        insertion: Insertion,
        location: Location,
    ) -> Vec<Problem> {
        // The filter is user code, and may panic.
        match catch(|| index.discoverable(keep)) {
            Ok(found) => self.attach_registered(index, &found, insertion, location),
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

    /// Builds and attaches those of the registrations that are for this loop and whose types are not attached yet.
    fn attach_registered(
        &mut self,
        index: &mut DiscoveryIndex,
        found: &[&'static Registration],
        insertion: Insertion,
        location: Location,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let of_loop = found
            .iter()
            .filter(|registration| registration.is_for(self.loop_info));
        for (nth, registration) in of_loop.enumerate() {
            let is_attached = index.types.contains(&registration.callback_type());
            if registration.needs_arguments() || is_attached {
                continue;
            }
            // `Default` is user code, and may panic.
            match catch(|| registration.make()) {
                Ok(Some(callback)) => {
                    let insertion = Insertion { nth, ..insertion };
                    let id = self.add_attached(callback, insertion, location, false);
                    self.attached[id].sendable = registration.sendable();
                    index.types.insert(registration.callback_type());
                    index.names.insert(name_of(&self.attached[id]).to_owned());
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

    /// Attaches the registered callback of a name, unless one of that name is attached.
    fn attach_required(
        &mut self,
        index: &mut DiscoveryIndex,
        name: &str,
        insertion: Insertion,
        location: Location,
    ) -> Vec<Problem> {
        if index.names.contains(name) {
            return Vec::new();
        }
        let mut of_loop = index
            .registered
            .iter()
            .filter(|registration| registration.is_for(self.loop_info));
        let found = of_loop.find(|registration| registration.name() == name);
        let text = match found.copied() {
            Some(found) if !found.needs_arguments() => {
                return self.attach_registered(index, &[found], insertion, location);
            }
            Some(found) => format!(
                "`{name}` is registered ({}) but needs arguments; attach one by hand",
                found.location()
            ),
            None => not_registered_text(self.loop_info, name, &index.registered),
        };
        vec![Problem::of_plan(
            ProblemKind::Required,
            name,
            location,
            text,
        )]
    }

    /// Deactivates the discovered callbacks of types that are attached by hand, and activates all others.
    pub(crate) fn suppress_discovered(&mut self) {
        let by_hand: HashSet<TypeId> = self
            .attached
            .iter()
            .filter(|attached| attached.by_hand)
            .map(|attached| attached.functions.type_id)
            .collect();
        for attached in &mut self.attached {
            attached.active = attached.by_hand || !by_hand.contains(&attached.functions.type_id);
        }
    }
}

/// The registered and the attached callbacks, collected once for all requests of a plan.
struct DiscoveryIndex {
    /// All registrations of the program, for any loop.
    registered: Vec<&'static Registration>,
    /// The types of the attached callbacks. Attaching another one adds its type.
    types: HashSet<TypeId>,
    /// The names by which `require` finds the attached callbacks. Attaching another one adds its name.
    names: HashSet<String>,
}

impl DiscoveryIndex {
    fn of(attached: &[Attached]) -> Self {
        Self {
            registered: registrations(),
            types: attached
                .iter()
                .map(|callback| callback.functions.type_id)
                .collect(),
            names: attached
                .iter()
                .map(|callback| name_of(callback).to_owned())
                .collect(),
        }
    }

    /// Returns the registrations that may be discovered and that a filter accepts.
    fn discoverable(&self, keep: &Filter) -> Vec<&'static Registration> {
        let found = self.registered.iter().copied();
        found
            .filter(|registration| registration.is_discoverable() && keep(registration))
            .collect()
    }
}

/// Returns the name by which `require` finds an attached callback.
fn name_of(attached: &Attached) -> &str {
    attached
        .explicit_name()
        .unwrap_or_else(|| attached.info.type_label())
}

/// Describes a required name that is not registered, with the nearest registered name.
fn not_registered_text(loop_info: &LoopInfo, name: &str, all: &[&Registration]) -> String {
    let names = all
        .iter()
        .filter(|registration| registration.is_for(loop_info))
        .map(|registration| registration.name());
    let near = nearest(name, names)
        .map(|other| format!("did you mean `{other}`? "))
        .unwrap_or_default();
    format!(
        "no callback of that name is registered for {}; {near}if the program uses nothing else of its crate, \
         the linker left it out: write `callbacks::link!(that_crate);`",
        loop_info.name
    )
}
