//! Discovery: attaching callbacks that the program registers.

use super::attached::Insertion;
use super::check::CheckInput;
use super::nearest::nearest;
use super::problem::{Problem, ProblemKind};
use super::{Attached, Plan, PlanCore, ProblemText};
use crate::callback::{Location, Registration, Registrations, registrations};
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
    /// The callbacks that `discover` cannot make, because they need arguments.
    left_out: Vec<&'static Registration>,
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
    /// omits a type if a callback of this type is attached by hand or as a [default](Self::add_default), before or after this call. One
    /// that needs arguments and is not attached is a [note](Self::notes) of the plan. Callbacks of a crate from which the program uses
    /// nothing else are found only with [`link!`](crate::link).
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
        let kind = RequestKind::Discover(Box::new(keep));
        self.core.request(kind, Location::here());
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
        let kind = RequestKind::Require(name.into());
        self.core.request(kind, Location::here());
        self
    }
}

impl PlanCore {
    fn request(&mut self, kind: RequestKind, location: Location) {
        let insertion = self.next_insertion();
        self.requests.push(DiscoveryRequest {
            kind,
            insertion,
            location,
            done: false,
            left_out: Vec::new(),
        });
    }

    /// Builds and attaches the requested callbacks that are not attached yet, and suppresses those of a type that is attached by hand. Returns
    /// the requests that failed.
    pub(crate) fn attach_discovered(&mut self) -> Vec<Problem> {
        let mut requests = std::mem::take(&mut self.requests);
        let mut problems = Vec::new();
        let mut index = None;
        for request in requests.iter_mut().filter(|request| !request.done) {
            let index = index.get_or_insert_with(|| DiscoveryIndex::of(self));
            let failed = match index.find(&request.kind) {
                Ok(found) => {
                    let needs_arguments = |one: &&'static Registration| one.needs_arguments();
                    request.left_out = found.iter().copied().filter(needs_arguments).collect();
                    self.attach_registered(index, &found, request)
                }
                Err(text) => vec![request.problem(text)],
            };
            // The next check tries a failed request again, and reports it again.
            request.done = failed.is_empty();
            problems.extend(failed);
        }
        self.requests = requests;
        self.suppress_discovered();
        problems
    }

    /// Builds and attaches those of the registrations whose types are not attached yet.
    fn attach_registered(
        &mut self,
        index: &mut DiscoveryIndex,
        found: &[&'static Registration],
        request: &DiscoveryRequest,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        for (nth, registration) in found.iter().enumerate() {
            let is_attached = index.types.contains(&registration.callback_type());
            if registration.needs_arguments() || is_attached {
                continue;
            }
            // `Default` is user code, and may panic.
            match catch(|| registration.make()) {
                Ok(Some(mut callback)) => {
                    let call = request.insertion.call;
                    callback.sendable = registration.sendable();
                    let insertion = Insertion { call, nth };
                    let id = self.add_attached(callback, insertion, request.location, false);
                    index.add(&self.attached[id]);
                }
                Ok(None) => {}
                Err(why) => {
                    let hint = "attach one by hand, or say `discover = false`";
                    let text = ProblemText::hinted(format!("its `Default` {why}"), hint);
                    let (name, location) = (registration.name(), registration.location());
                    let kind = ProblemKind::Panicked;
                    problems.push(Problem::of_plan(kind, name, location, text));
                }
            }
        }
        problems
    }

    /// Decides which callbacks run. Those that are attached by hand do. A discovered one does, unless one of its type is attached by hand or as
    /// a default. A default does, unless one of its type is attached by hand, or another callback of its name runs: one that is no
    /// default, or an earlier default.
    pub(crate) fn suppress_discovered(&mut self) {
        let types: HashSet<TypeId> = types_where(&self.attached, |attached| attached.by_hand);
        let default_types = types_where(&self.attached, |attached| attached.is_default);
        for attached in self.attached.iter_mut().filter(|one| !one.is_default) {
            let type_id = attached.functions.type_id;
            let is_suppressed = types.contains(&type_id) || default_types.contains(&type_id);
            attached.active = attached.by_hand || !is_suppressed;
        }
        if !default_types.is_empty() {
            self.suppress_defaults(&types);
        }
    }

    /// Activates the defaults that nothing replaces, given the types that are attached by hand.
    fn suppress_defaults(&mut self, by_hand: &HashSet<TypeId>) {
        let others = self.attached.iter();
        let others = others.filter(|attached| !attached.is_default && attached.active);
        let mut names: HashSet<String> = others.map(|one| one.plain_name().to_owned()).collect();
        for attached in self.attached.iter_mut().filter(|one| one.is_default) {
            let is_replaced = by_hand.contains(&attached.functions.type_id);
            attached.active = !is_replaced && names.insert(attached.plain_name().to_owned());
        }
    }
}

fn types_where(attached: &[Attached], is_meant: impl Fn(&Attached) -> bool) -> HashSet<TypeId> {
    let meant = attached.iter().filter(|attached| is_meant(attached));
    meant.map(|attached| attached.functions.type_id).collect()
}

/// Notes the callbacks that `discover` leaves out because they need arguments, such as
///
/// ```text
/// struct WriteTo { path: PathBuf }
/// ```
pub(super) fn check_left_out(input: &CheckInput<'_>) -> Vec<Problem> {
    let attached = input.plan.attached.iter();
    let mut seen: HashSet<TypeId> = attached.map(|one| one.functions.type_id).collect();
    let mut notes = Vec::new();
    for request in &input.plan.requests {
        let left_out = request.left_out.iter();
        for registration in left_out.filter(|one| seen.insert(one.callback_type())) {
            let hint = "attach one by hand, give the type a `Default`, or write `discover = false`";
            let text = format!(
                "`discover` ({}) leaves it out, because it needs arguments",
                request.location
            );
            let text = ProblemText::hinted(text, hint);
            let (name, location) = (registration.name(), registration.location());
            notes.push(Problem::of_plan(
                ProblemKind::NeedsArguments,
                name,
                location,
                text,
            ));
        }
    }
    notes
}

impl DiscoveryRequest {
    /// Makes the problem of a request that fails as a whole.
    fn problem(&self, text: ProblemText) -> Problem {
        let (kind, name) = match &self.kind {
            RequestKind::Discover(_) => (ProblemKind::Panicked, "discover_if"),
            RequestKind::Require(name) => (ProblemKind::Required, name.as_str()),
        };
        Problem::of_plan(kind, name, self.location, text)
    }
}

/// The registered and the attached callbacks, collected once for all requests of a plan.
struct DiscoveryIndex {
    loop_info: &'static LoopInfo,
    /// All registrations of the program, for any loop.
    registered: Registrations,
    /// The types of the attached callbacks. Attaching another one adds its type.
    types: HashSet<TypeId>,
    /// The names by which `require` finds the attached callbacks. Attaching another one adds its name.
    names: HashSet<String>,
}

impl DiscoveryIndex {
    fn of(plan: &PlanCore) -> Self {
        let mut index = Self {
            loop_info: plan.loop_info,
            registered: registrations(),
            types: HashSet::new(),
            names: HashSet::new(),
        };
        for attached in &plan.attached {
            index.add(attached);
        }
        index
    }

    fn add(&mut self, attached: &Attached) {
        self.types.insert(attached.functions.type_id);
        let (name, label) = (attached.explicit_name(), attached.info.type_label());
        self.names.insert(name.unwrap_or(label).to_owned());
    }

    /// Returns the registrations for this loop that a request asks for. The error says why it fails.
    fn find(&self, request: &RequestKind) -> Result<Vec<&'static Registration>, ProblemText> {
        match request {
            // The filter is user code, and may panic.
            RequestKind::Discover(keep) => catch(|| self.discoverable(keep)).map_err(|why| {
                ProblemText::hinted(format!("its filter {why}"), "nothing is discovered")
            }),
            RequestKind::Require(name) if self.names.contains(name) => Ok(Vec::new()),
            RequestKind::Require(name) => self.required(name),
        }
    }

    /// Returns the registrations that may be discovered and that a filter accepts.
    fn discoverable(&self, keep: &Filter) -> Vec<&'static Registration> {
        let found = self.registered.iter().copied();
        let found =
            found.filter(|registration| registration.is_discoverable() && keep(registration));
        found
            .filter(|registration| registration.is_for(self.loop_info))
            .collect()
    }

    /// Returns the registration of a name.
    fn required(&self, name: &str) -> Result<Vec<&'static Registration>, ProblemText> {
        let all = self.registered.iter().copied();
        let of_loop = || {
            all.clone()
                .filter(|registration| registration.is_for(self.loop_info))
        };
        match of_loop().find(|registration| registration.name() == name) {
            Some(found) if !found.needs_arguments() => Ok(vec![found]),
            Some(found) => {
                let location = found.location();
                let text = format!(
                    "`{name}` is registered ({location}) but needs arguments; attach one by hand"
                );
                Err(text.into())
            }
            None => {
                let near = nearest(name, of_loop().map(Registration::name));
                let near = near.map(|other| format!("did you mean `{other}`? "));
                let text = format!(
                    "no callback of that name is registered for {}; {}if the program uses nothing else of its crate, \
                     the linker left it out: write `callbacks::link!(that_crate);`",
                    self.loop_info.name,
                    near.unwrap_or_default()
                );
                Err(text.into())
            }
        }
    }
}
