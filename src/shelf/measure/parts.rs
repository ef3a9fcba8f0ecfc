//! The parts of a loop for which a metric is computed: its phases, or its rounds.

use callback_runtime::{At, Breakpoint, CallbackInfo, Claim, Loop, ProducedName, Role};

/// The breakpoints at which a metric is updated, and the phase to which it is limited.
pub(super) struct Parts<'m, L> {
    at: &'m [At<L>],
    only: Option<&'m str>,
}

impl<'m, L: Loop> Parts<'m, L> {
    pub(super) const fn new(at: &'m [At<L>], only: Option<&'m str>) -> Self {
        Self { at, only }
    }

    /// Returns the breakpoints at which the metric is updated.
    pub(super) fn updates(&self) -> impl Iterator<Item = At<L>> {
        let at = self.at.iter().copied();
        at.filter(|at| self.includes(at.breakpoint().phase()))
    }

    fn includes(&self, phase: Option<&str>) -> bool {
        self.only.is_none_or(|only| phase == Some(only))
    }

    /// Returns the phases in which the metric is updated; `None` stands for the rounds.
    fn phases(&self) -> Vec<Option<&'static str>> {
        let mut phases = Vec::new();
        for at in self.updates() {
            let phase = at.breakpoint().phase();
            if !phases.contains(&phase) {
                phases.push(phase);
            }
        }
        phases
    }

    /// Whether the metric is computed for each round, and not for each phase.
    pub(super) fn has_rounds(&self) -> bool {
        self.phases().contains(&None)
    }

    /// Returns the begin and the end of each phase in which the metric is updated.
    pub(super) fn phase_bounds(&self) -> Vec<(At<L>, Role)> {
        let phases = self.phases();
        let bounds = |at: &&Breakpoint| {
            at.bounds_phase() && at.phase().is_some() && phases.contains(&at.phase())
        };
        let breakpoints = (0..).zip(L::BREAKPOINTS);
        let bounds = breakpoints.filter(|(_, at)| bounds(at));
        bounds
            .map(|(index, at)| (At::new(index), at.role()))
            .collect()
    }

    /// Returns the names of the values, each with the breakpoint at which its phase ends.
    pub(super) fn names(&self, name: &str) -> Vec<(String, Option<At<L>>)> {
        let bounds = self.phase_bounds();
        let end_of = |phase: Option<&str>| {
            let mut ends = bounds.iter().filter(|(_, role)| *role == Role::End);
            let end = ends.find(|(at, _)| at.breakpoint().phase() == phase);
            end.map(|(at, _)| *at)
        };
        let phases = self.phases().into_iter();
        let named = |phase| (name_in(phase, name), end_of(phase));
        phases.map(named).collect()
    }

    /// Returns what is wrong with the settings, if anything is.
    pub(super) fn problem(&self) -> Option<String> {
        let phases = self.phases();
        if let Some(only) = self.only.filter(|_| phases.is_empty()) {
            let all = Self::new(self.at, None).phases();
            let all: Vec<&str> = all.into_iter().flatten().collect();
            let remedy = match all.join(", ") {
                names if names.is_empty() => "leave it out: the loop has no phases here".into(),
                names => format!("name one of these phases: {names}"),
            };
            return Some(format!("has an `only` of {only}; {remedy}"));
        }
        (phases.len() > 1 && phases.contains(&None)).then(|| {
            "is updated inside and outside of the loop's phases; attach one for the phases and one for the rounds".into()
        })
    }
}

/// Declares that a callback alone records the value of a phase that ends at `end`, or of a round.
pub(super) fn record_alone<L: Loop>(
    info: CallbackInfo,
    name: String,
    end: Option<At<L>>,
    part: Option<String>,
) -> CallbackInfo {
    let claim = Claim::new(format!("records `{name}`"), "give one of them another name");
    let produced = ProducedName::new(name);
    let produced = match end {
        Some(end) => produced.at(end),
        None => produced,
    };
    let produced = match part {
        Some(part) => produced.of_parts(part),
        None => produced,
    };
    info.claims(claim).produces(produced)
}

/// Returns the name of the value of a phase, or of a round.
pub(super) fn name_in(phase: Option<&str>, name: &str) -> String {
    match phase {
        Some(phase) => format!("{phase}_{name}"),
        None => name.to_owned(),
    }
}
