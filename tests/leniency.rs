//! A callback that was attached with patience fails alone: errors, panics and what follows them, at each breakpoint, under
//! each policy.
#![allow(
    clippy::needless_pass_by_value,
    reason = "handlers take `Ctx` by value"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod relax;
    pub(crate) mod swallowed;
}

use callbacks::OnFailure::{DisableAfter, Fail, Warn};
use callbacks::{
    At, Breakpoint, Callback, Ctx, Flow, Handlers, Loop, OnFailure, Plan, Role, State,
};
use std::cell::Cell;
use std::panic::resume_unwind;
use std::rc::Rc;
use support::journal::Journal;
use support::relax::{Relax, relax};
use support::swallowed::text;

/// What a handler touches.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Touch {
    Nothing,
    Number,
    Everything,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Act {
    Err,
    Panic,
}

/// Where the shy one fails, at every firing, and how.
type Deed = Option<(&'static str, Act)>;

/// How the loop is made to end, at the end of its second step and before the shy one sees that.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    Finish,
    Stop,
    Interrupt,
    Fail,
}

const ENDS: [End; 4] = [End::Finish, End::Stop, End::Interrupt, End::Fail];
const TOUCHES: [Touch; 3] = [Touch::Nothing, Touch::Number, Touch::Everything];
const PATIENT: [OnFailure; 3] = [Warn, DisableAfter(1), DisableAfter(2)];

/// A callback that records where it runs, and fails where it is set to.
struct Shy {
    touch: Touch,
    deed: Rc<Cell<Deed>>,
    journal: Journal,
}

impl Shy {
    fn note(&self, at: &Breakpoint) -> Result<(), String> {
        self.journal.note(format!("shy {at}"));
        match self.deed.get() {
            Some((there, Act::Err)) if there == at.name() => Err("broken".to_owned()),
            // A panic that does not fill the terminal.
            Some((there, Act::Panic)) if there == at.name() => {
                resume_unwind(Box::new("frightened"))
            }
            _ => Ok(()),
        }
    }

    fn note_with_number(&self, at: &Breakpoint, _: &mut u32) -> Result<(), String> {
        self.note(at)
    }

    fn note_with_everything(&self, ctx: Ctx<'_>) -> Result<(), String> {
        self.note(&ctx.get::<Breakpoint>().copied().expect("it was told"))
    }
}

impl Callback<Relax> for Shy {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        for at in (0..).take(Relax::BREAKPOINTS.len()).map(At::new) {
            match self.touch {
                Touch::Nothing => h.on(at, Self::note),
                Touch::Number => h.on(at, Self::note_with_number),
                Touch::Everything => h.on(at, Self::note_with_everything),
            };
        }
    }
}

/// A callback that notes where it runs, and fails nowhere.
struct Calm(&'static str, Journal);

impl Calm {
    fn note(&self, at: &Breakpoint) {
        self.1.note(format!("{} {at}", self.0));
    }
}

impl Callback<Relax> for Calm {
    fn handlers(&self, h: &mut Handlers<Relax, Self>) {
        h.on_enter(Self::note);
        h.on_all(Self::note);
        h.on_exit(Self::note);
    }
}

/// A plan with a shy callback between two calm ones.
struct Stage {
    plan: Plan<Relax>,
    deed: Rc<Cell<Deed>>,
    journal: Journal,
}

/// What is seen of a run.
#[derive(Debug, PartialEq)]
struct Seen {
    trace: Vec<String>,
    ending: String,
    swallowed: Vec<String>,
}

impl Stage {
    fn new(policy: OnFailure, touch: Touch, end: End) -> Self {
        let (mut plan, deed, journal) = (Plan::new(), Rc::default(), Journal::default());
        plan.add_local(Calm("first", journal.clone()));
        let count = Cell::new(0);
        plan.on(Relax::AFTER_STEP, move || {
            count.set(count.get() + 1);
            ended(end, count.get())
        });
        let shy = Shy {
            touch,
            deed: Rc::clone(&deed),
            journal: journal.clone(),
        };
        plan.add_local(shy).named("shy").on_failure(policy);
        plan.add_local(Calm("last", journal.clone()));
        Self {
            plan,
            deed,
            journal,
        }
    }

    fn play(&mut self, deed: Deed) -> Seen {
        self.deed.set(deed);
        let mut state = State::new();
        state.insert(0_u32);
        let outcome = self.plan.run(&mut state, |run| relax(run, 3)).unwrap();
        Seen {
            trace: self.journal.take(),
            ending: format!("{:?}", outcome.ending()),
            swallowed: outcome.swallowed().iter().map(text).collect(),
        }
    }
}

/// Every second step ends the run, so that each run of a plan does.
fn ended(end: End, step: u32) -> Result<Flow, &'static str> {
    match end {
        End::Stop if step.is_multiple_of(2) => Ok(Flow::stop("enough")),
        End::Interrupt if step.is_multiple_of(2) => Ok(Flow::interrupt("SIGINT")),
        End::Fail if step.is_multiple_of(2) => Err("no force"),
        _ => Ok(Flow::Continue),
    }
}

/// A run in which the shy one did not fail, as it looks with its failures at one breakpoint swallowed, at most so many.
fn excused(calm: &Seen, at: &str, act: Act, most: usize) -> Seen {
    let mut failures = 0;
    let kept = calm.trace.iter().filter(|line| {
        let is_disabled = failures == most && line.starts_with("shy") && *line != "shy on_exit";
        failures += usize::from(!is_disabled && **line == format!("shy {at}"));
        !is_disabled
    });
    let trace = kept.cloned().collect();
    let cause = match act {
        Act::Err => "broken",
        Act::Panic => "panicked: frightened",
    };
    let causes = vec![cause; failures].join(", ");
    let disabled = if failures == most { ", disabled" } else { "" };
    let text = format!("shy {at} {failures} {causes}{disabled}");
    Seen {
        trace,
        ending: calm.ending.clone(),
        swallowed: (failures > 0).then_some(text).into_iter().collect(),
    }
}

fn places(roles: impl Fn(Role) -> bool) -> impl Iterator<Item = &'static str> {
    let all = Relax::BREAKPOINTS.iter();
    all.filter(move |at| roles(at.role())).map(Breakpoint::name)
}

fn is_enter(role: Role) -> bool {
    role == Role::Enter
}

/// After how many failures it runs no more.
fn most(policy: OnFailure, act: Act) -> usize {
    match (policy, act) {
        (_, Act::Panic) | (DisableAfter(1), _) => 1,
        (DisableAfter(most), _) => usize::try_from(most).unwrap(),
        _ => usize::MAX,
    }
}

/// What is swallowed leaves no trace but that the callback may be disabled; and the next run starts anew.
fn assert_swallowed(policy: OnFailure, touch: Touch, act: Act) {
    for end in ENDS {
        let mut stage = Stage::new(policy, touch, end);
        for at in places(|role| !is_enter(role)) {
            let calm = stage.play(None);
            assert_eq!(calm.swallowed, [""; 0]);
            let expected = excused(&calm, at, act, most(policy, act));
            let seen = stage.play(Some((at, act)));
            assert_eq!(
                seen, expected,
                "{policy}, {touch:?}, {act:?} at {at}, {end:?}"
            );
            assert_eq!(stage.play(None), calm, "after {act:?} at {at}");
        }
    }
}

#[test]
fn an_error_of_a_lenient_callback_changes_nothing_for_the_others() {
    for policy in PATIENT {
        for touch in TOUCHES {
            assert_swallowed(policy, touch, Act::Err);
        }
    }
}

#[test]
fn a_panic_of_a_lenient_callback_disables_it_if_it_changes_no_state() {
    for policy in PATIENT {
        assert_swallowed(policy, Touch::Nothing, Act::Panic);
    }
}

/// No policy helps.
fn assert_fails(touch: Touch, at: &'static str, act: Act) {
    for end in ENDS {
        let expected = Stage::new(Fail, touch, end).play(Some((at, act)));
        for policy in PATIENT {
            let seen = Stage::new(policy, touch, end).play(Some((at, act)));
            assert_eq!(
                seen, expected,
                "{policy}, {touch:?}, {act:?} at {at}, {end:?}"
            );
        }
    }
}

#[test]
fn a_panic_of_a_lenient_callback_that_may_change_state_fails_the_run() {
    for touch in [Touch::Number, Touch::Everything] {
        for at in places(|_| true) {
            assert_fails(touch, at, Act::Panic);
        }
    }
}

#[test]
fn a_failure_in_an_enter_is_reported_as_that_of_any_callback() {
    for at in places(is_enter) {
        for act in [Act::Err, Act::Panic] {
            assert_fails(Touch::Nothing, at, act);
        }
    }
}
