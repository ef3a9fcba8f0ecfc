//! A stop stays a stop, an interrupt an interrupt and a leave a leave, wherever it comes and whichever callback of the shelf is attached:
//! none of them fails the run because it finds less than it would have found, then or in the next run. No complete round lacks its row.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod shelf;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::Driver;
use callbacks::fit::{Fit, Trainer};
use callbacks::shelf::{EarlyStopping, InvalidLossStopping};
use callbacks::{
    Attach, Breakpoint, Callback, Flow, Handlers, Loop, Outcome, Plan, Record, Rounds, State,
    callback,
};
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use support::journal::Journal;
use support::line::{Line, inputs};
use support::shelf::{EachCallback, Stage, Weights, each_callback, furnish, furnished, names};
use support::walk::walk;

/// Answers `flow` at the `visit`th firing of a breakpoint, counted from 0.
#[derive(Clone, Debug)]
struct Cut {
    at: &'static str,
    visit: u32,
    flow: Flow,
}

impl Cut {
    fn answer(&mut self, at: &Breakpoint) -> Flow {
        if at.name() != self.at {
            return Flow::Continue;
        }
        let is_due = self.visit == 0;
        // Once it has answered it does not come to 0 again.
        self.visit = self.visit.wrapping_sub(1);
        if is_due {
            self.flow.clone()
        } else {
            Flow::Continue
        }
    }
}

impl<L: Loop> Callback<L> for Cut {
    fn handlers(&self, h: &mut Handlers<L, Self>) {
        h.on_all(Self::answer);
    }
}

/// Counts the complete rounds of a run, and its exits.
#[derive(Default)]
struct Count {
    rounds: usize,
    exits: usize,
}

#[callback(Rounds, register = false, weight = f64::INFINITY)]
impl Count {
    fn on_round_end(&mut self, record: &Record) {
        self.rounds += usize::from(record.is_complete());
    }

    fn on_exit(&mut self) {
        self.exits += 1;
    }
}

/// Checks what a callback has written in a run: a row for each complete round, and its last line at the exit.
fn assert_lacks_nothing<L: Rounds>(
    plan: &Plan<L>,
    outcome: &Outcome,
    stage: &Stage,
    name: &str,
    cut: &Cut,
) {
    let Count { rounds, exits } = plan.get().unwrap();
    let (written, of) = (stage.take(), format!("{name}, {cut:?}"));
    assert_eq!(*exits, 1, "{of}");
    let outcome = outcome.to_string();
    let outcome = outcome.split(" (").next();
    match name {
        "Csv" | "JsonLines" => assert_eq!(written.len(), *rounds, "{of}: {written:?}"),
        "Progress" => assert_eq!(written.last().map(String::as_str), outcome, "{of}"),
        "TensorBoard" if *rounds > 0 => assert_ne!(written, [EMPTY_EVENTS], "{of}"),
        _ => {}
    }
}

/// What a stage says of an event file with its head alone.
const EMPTY_EVENTS: &str = "40 bytes";

/// Whether a run that was cut must end as stopped or interrupted, and does.
fn assert_ends_as_cut(outcome: &Outcome, cut: &Cut, has_effect: bool, name: &str) {
    assert!(outcome.failed().is_none(), "{name}, {cut:?}: {outcome}");
    let as_cut = match cut.flow {
        Flow::Stop(_) if has_effect => outcome.stopped().is_some(),
        Flow::Interrupt(_) if has_effect => outcome.interrupted().is_some(),
        _ => outcome.is_finished(),
    };
    assert!(as_cut, "{name}, {cut:?}: {outcome}");
}

/// Where a fit can be cut, and which scopes are open there.
fn cuts_of_a_fit() -> Vec<Cut> {
    let is_of_a_fit = |at: &&Breakpoint| !at.name().contains("predict");
    let places = Fit::BREAKPOINTS.iter().filter(is_of_a_fit);
    let mut cuts = Vec::new();
    for at in places.map(Breakpoint::name) {
        let mut flows = ending();
        let scopes = [
            (Fit::FIT, "on_", ""),
            (Fit::EPOCH, "on_", "fit"),
            (Fit::TRAIN, "on_train", "epoch"),
            (Fit::VALID, "on_valid", "epoch"),
            (Fit::TRAIN_BATCH, "on_train_batch", "epoch"),
            (Fit::VALID_BATCH, "on_valid_batch", "epoch"),
        ];
        let is_open = |within: &str, outside: &str| {
            at.starts_with(within) && (outside.is_empty() || !at.contains(outside))
        };
        let open = scopes
            .into_iter()
            .filter(|(_, within, outside)| is_open(within, outside));
        flows.extend(open.map(|(scope, ..)| Flow::leave(scope)));
        for (visit, flow) in (0..2).flat_map(|visit| flows.iter().map(move |flow| (visit, flow))) {
            cuts.push(Cut {
                at,
                visit,
                flow: flow.clone(),
            });
        }
    }
    cuts
}

fn ending() -> Vec<Flow> {
    vec![Flow::stop("enough"), Flow::interrupt("SIGINT")]
}

/// Three epochs of two batches to train on and two to validate on.
fn trainer() -> Trainer<Line> {
    let trainer = Trainer::new(Line::new(&Journal::default()));
    // The loss goes down, but not below 1, so that no stopper has a reason.
    let trainer = trainer.epochs(3).learning_rate(0.001);
    trainer.valid(inputs([3.0, 3.0])).state(Weights::new())
}

fn add<L: Rounds>(plan: &mut Plan<L>, callback: impl Callback<L> + Send, cut: &Cut, weight: f64) {
    plan.add(callback).named("of the shelf");
    plan.add(cut.clone()).named("cut").weight(weight);
    plan.add(Count::default());
}

/// Runs the fit that is cut, and then one that is not, with the same callback.
fn cut_fits<C: Callback<Fit> + Send>(name: &str, make: fn(&Stage) -> C) {
    // Nothing is raised by then, or at a breakpoint that did not come twice.
    let has_effect = |cut: &Cut| {
        let once = ["on_fit_begin"].contains(&cut.at) && cut.visit > 0;
        let late = [
            "on_fit_end",
            "on_stop",
            "on_interrupt",
            "on_fit_error",
            "on_enter",
            "on_exit",
        ];
        !once && !late.contains(&cut.at)
    };
    for (watched, weight) in [
        ("train_loss", f64::NEG_INFINITY),
        ("valid_loss", f64::INFINITY),
    ] {
        for cut in cuts_of_a_fit() {
            let stage = Stage::new(watched);
            let mut trainer = trainer();
            add(trainer.plan(), make(&stage), &cut, weight);
            let outcome = trainer.fit(inputs([4.0, 4.0])).unwrap().outcome;
            assert_ends_as_cut(&outcome, &cut, has_effect(&cut), name);
            assert_lacks_nothing(trainer.plan(), &outcome, &stage, name, &cut);
            assert!(trainer.plan().remove_named("cut"));
            let next = trainer.fit(inputs([4.0, 4.0])).unwrap().outcome;
            assert!(next.is_finished(), "{name} behind {cut:?}: {next}");
            stage.take();
        }
    }
}

/// The same of a driver.
fn cut_drivers<C: Callback<Driver> + Send>(name: &str, make: fn(&Stage) -> C) {
    let has_effect = |cut: &Cut| {
        let once = ["on_run_start"].contains(&cut.at) && cut.visit > 0;
        let late = [
            "on_run_end",
            "on_stop",
            "on_interrupt",
            "on_run_error",
            "on_enter",
            "on_exit",
        ];
        !once && !late.contains(&cut.at)
    };
    let mut flows = ending();
    flows.push(Flow::leave(Driver::RUN));
    for at in Driver::BREAKPOINTS.iter().map(Breakpoint::name) {
        for (visit, flow) in (0..2).flat_map(|visit| flows.iter().map(move |flow| (visit, flow))) {
            for weight in [f64::NEG_INFINITY, f64::INFINITY] {
                let (stage, cut) = (
                    Stage::new("place"),
                    Cut {
                        at,
                        visit,
                        flow: flow.clone(),
                    },
                );
                let mut driver = furnished(walk());
                add(driver.plan(), make(&stage), &cut, weight);
                let outcome = driver.run(2).unwrap();
                assert_ends_as_cut(&outcome, &cut, has_effect(&cut), name);
                assert_lacks_nothing(driver.plan(), &outcome, &stage, name, &cut);
                assert!(driver.plan().remove_named("cut"));
                let next = driver.run(2).unwrap();
                assert!(next.failed().is_none(), "{name} behind {cut:?}: {next}");
                stage.take();
            }
        }
    }
}

/// The same of a loop of another crate, whose steps can be left.
fn cut_relaxations<C: Callback<Relax> + Send>(name: &str, make: fn(&Stage) -> C) {
    let has_effect = |cut: &Cut| {
        let once = cut.at == "on_run_begin" && cut.visit > 0;
        !once && !["on_run_end", "on_stop", "on_enter", "on_exit"].contains(&cut.at)
    };
    for at in Relax::BREAKPOINTS.iter().map(Breakpoint::name) {
        let mut flows = ending();
        flows.push(Flow::leave(Relax::RUN));
        flows.extend((!at.starts_with("on_run")).then(|| Flow::leave(Relax::STEP)));
        for (visit, flow) in (0..2).flat_map(|visit| flows.iter().map(move |flow| (visit, flow))) {
            for weight in [f64::NEG_INFINITY, f64::INFINITY] {
                let flow = flow.clone();
                let (stage, cut) = (Stage::new("energy"), Cut { at, visit, flow });
                let (mut plan, mut values) = (Plan::<Relax>::new(), State::new());
                values.insert(Energy(8.0));
                furnish(&mut values);
                add(&mut plan, make(&stage), &cut, weight);
                let outcome = relax(&mut plan, &mut values, 3).unwrap();
                assert_ends_as_cut(&outcome, &cut, has_effect(&cut), name);
                assert_lacks_nothing(&plan, &outcome, &stage, name, &cut);
                assert!(plan.remove_named("cut"));
                let next = relax(&mut plan, &mut values, 2).unwrap();
                assert!(next.failed().is_none(), "{name} behind {cut:?}: {next}");
                stage.take();
            }
        }
    }
}

#[derive(Default)]
struct CutShort(Vec<&'static str>);

impl EachCallback for CutShort {
    fn of_all<C>(&mut self, name: &'static str, make: fn(&Stage) -> C)
    where
        C: Callback<Fit> + Callback<Driver> + Callback<Relax> + Send,
    {
        self.of_fit(name, make);
        cut_drivers(name, make);
        cut_relaxations(name, make);
    }

    fn of_fit<C: Callback<Fit> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C) {
        cut_fits(name, make);
        self.0.push(name);
    }

    fn of_driver<C: Callback<Driver> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C) {
        cut_drivers(name, make);
        self.0.push(name);
    }
}

#[test]
fn no_callback_of_the_shelf_makes_a_failure_of_a_stop_an_interrupt_or_a_leave() {
    let mut tested = CutShort::default();
    each_callback(&mut tested);
    tested.0.sort_unstable();
    tested.0.dedup();
    if cfg!(all(
        feature = "checkpoint",
        feature = "csv",
        feature = "json",
        feature = "tensorboard",
        feature = "indicatif",
        feature = "signal-hook"
    )) {
        assert_eq!(tested.0, names());
    }
}

#[test]
fn a_misspelt_number_still_fails_the_run_in_the_next_whole_epoch() {
    let leave_the_first = Cut {
        at: "on_train_batch_begin",
        visit: 0,
        flow: Flow::leave(Fit::EPOCH),
    };
    let mut trainer = trainer().callback(leave_the_first);
    // It may record any name, so that the plan has no problem.
    trainer.plan().on(Fit::on_epoch_end, |_: &mut Record| {});
    trainer.plan().add(EarlyStopping::minimize("vaild_loss"));
    let fitted = trainer.fit(inputs([1.0])).unwrap();
    let text = fitted.outcome.failed().unwrap().cause().to_string();
    assert!(text.contains("there is no number `vaild_loss`"), "{text}");
    assert_eq!(
        (fitted.history.len(), fitted.history.cut_short().count()),
        (0, 1)
    );
}

#[test]
fn no_stopper_looks_at_the_half_of_an_epoch() {
    let unfinished = |record: &mut Record| record.set("watched", f64::NAN);
    let stopping = InvalidLossStopping::new("watched");
    let leave = Cut {
        at: "on_train_batch_end",
        visit: 0,
        flow: Flow::leave(Fit::EPOCH),
    };
    let mut trainer = trainer().callback(leave).callback(stopping);
    trainer = trainer.on(Fit::on_train_end, unfinished);
    let fitted = trainer.fit(inputs([1.0, 2.0])).unwrap();
    // In the second epoch, which is whole.
    assert!(fitted.outcome.stopped().is_some());
    assert_eq!(
        (fitted.history.len(), fitted.history.cut_short().count()),
        (1, 1)
    );
}
