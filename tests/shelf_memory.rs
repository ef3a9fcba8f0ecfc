//! What the callbacks of the shelf remember: a fit, a trainer, a driver and a loop of another crate find it as if the callback were new, and
//! the runs of one driver go on with it. What is documented to go on is tested to.
#![allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "a handler's parameters are what the runtime hands it"
)]

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
    pub(crate) mod shelf;
    pub(crate) mod tracer;
    pub(crate) mod walk;
}

use callbacks::driver::{Driver, VariationalDriver};
use callbacks::fit::{Epoch, Fit, Phase, Step, Trainer};
use callbacks::shelf::{EarlyStopping, PhaseCounts, Recorder};
use callbacks::{Attach, Callback, Failure, Origin, Outcome, Plan, Record, State, Stop};
use foreign_loop::Relax;
use foreign_loop::relaxation::{Energy, relax};
use support::journal::Journal;
use support::line::{Line, inputs};
use support::shelf::{EachCallback, Stage, Weights, each_callback, furnish, furnished, names};
use support::walk::{Walk, walk};

/// What there is to watch in each epoch or step of a run.
type Script = Vec<Option<f64>>;

/// Everything that can be watched, so many times in a row.
fn scripts(length: u32) -> Vec<Script> {
    let readings = [Some(1.0), Some(f64::NAN), None];
    let of = |nth: usize| readings[nth % readings.len()];
    let all = 0..readings.len().pow(length);
    all.map(|nth| {
        (0..length)
            .map(|place| of(nth / readings.len().pow(place)))
            .collect()
    })
    .collect()
}

fn reading(script: &Script, count: u64) -> Option<f64> {
    let at = usize::try_from(count).unwrap().checked_sub(1)?;
    script.get(at).copied().flatten()
}

/// How a run went: where it stood at its end, how it ended, and what was written.
type RunSummary = (u64, String, Vec<String>);

fn summary(stage: &Stage, at: u64, outcome: &Outcome) -> RunSummary {
    let stop = outcome.stopped().map(Stop::origin);
    let failure = outcome.failed().map(Failure::origin);
    let place = stop.or(failure).and_then(Origin::attached_at);
    let place = place.map(|place| place.to_string()).unwrap_or_default();
    // The callbacks that are compared are attached at several lines.
    let text = outcome.to_string().replacen(&place, "", 1);
    (at, text, stage.take())
}

fn trainer() -> Trainer<Line> {
    let trainer = Trainer::new(Line::new(&Journal::default()));
    trainer.learning_rate(0.0).state(Weights::new())
}

/// Fits with the callbacks that are attached, and with what the script says to be watched.
fn fit(trainer: &mut Trainer<Line>, stage: &Stage, script: &Script) -> RunSummary {
    let (name, read) = (stage.watched, script.clone());
    let report = move |epoch: &Epoch, record: &mut Record| {
        if let Some(value) = reading(&read, epoch.get()) {
            record.set(name, value);
        }
    };
    trainer.plan().on(Fit::on_epoch_end, report).named("report");
    let outcome = trainer.fit(inputs([3.0])).unwrap().outcome;
    let epoch = trainer.get::<Epoch>().unwrap().get();
    assert!(trainer.plan().remove_named("report"));
    summary(stage, epoch, &outcome)
}

/// The same with a driver, whose steps are counted from where it stands.
fn drive(driver: &mut VariationalDriver<Walk>, stage: &Stage, script: &Script) -> RunSummary {
    let (name, read, from) = (stage.watched, script.clone(), driver.step().get());
    let report = move |step: &Step, record: &mut Record| {
        if let Some(value) = reading(&read, step.get() - from) {
            record.set(name, value);
        }
    };
    driver
        .plan()
        .on(Driver::on_step_end, report)
        .named("report");
    let outcome = driver.run(script.len() as u64).unwrap();
    assert!(driver.plan().remove_named("report"));
    summary(stage, driver.step().get() - from, &outcome)
}

/// A callback of type `C` that watches and writes in `stage`: a new one, or one that has been in a fit or in a driver.
struct Used<C> {
    stage: Stage,
    callback: C,
}

impl<C> Used<C> {
    fn new(make: fn(&Stage) -> C) -> Self {
        let stage = Stage::new("watched");
        let callback = make(&stage);
        Self { stage, callback }
    }
}

impl<C: Callback<Fit> + Send> Used<C> {
    fn fit(self, script: &Script) -> (RunSummary, Self) {
        let Self { stage, callback } = self;
        let mut trainer = trainer().epochs(script.len() as u64);
        trainer.plan().add(callback).named("of the shelf");
        let text = fit(&mut trainer, &stage, script);
        let callback = trainer.plan().remove::<C>().unwrap();
        (text, Self { stage, callback })
    }
}

impl<C: Callback<Driver> + Send> Used<C> {
    fn drive(self, script: &Script) -> (RunSummary, Self) {
        let Self { stage, callback } = self;
        let mut driver = furnished(walk());
        driver.plan().add(callback).named("of the shelf");
        let text = drive(&mut driver, &stage, script);
        let callback = driver.plan().remove::<C>().unwrap();
        (text, Self { stage, callback })
    }
}

impl<C: Callback<Relax> + Send> Used<C> {
    /// Runs the loop of another crate, from its first step.
    fn relax(self, script: &Script) -> (RunSummary, Self) {
        let Self { stage, callback } = self;
        let (mut plan, mut state) = (Plan::<Relax>::new(), State::new());
        state.insert(Energy(1.0));
        furnish(&mut state);
        plan.add(callback).named("of the shelf");
        let (name, read) = (stage.watched, script.clone());
        let report = move |step: &Step, record: &mut Record| {
            if let Some(value) = reading(&read, step.get()) {
                record.set(name, value);
            }
        };
        plan.on(Relax::after_step, report).named("report");
        let outcome = relax(&mut plan, &mut state, script.len() as u64).unwrap();
        let step = state.get::<Step>().map_or(0, |step| step.get());
        let text = summary(&stage, step, &outcome);
        let callback = plan.remove::<C>().unwrap();
        (text, Self { stage, callback })
    }
}

/// Runs a callback in one of the loops.
type RunIn<C> = fn(Used<C>, &Script) -> (RunSummary, Used<C>);

/// The second fit of one trainer.
fn second_fit<C: Callback<Fit> + Send>(
    make: fn(&Stage) -> C,
    first: &Script,
    second: &Script,
) -> RunSummary {
    let stage = Stage::new("watched");
    let mut trainer = trainer().epochs(second.len() as u64);
    trainer.plan().add(make(&stage)).named("of the shelf");
    fit(&mut trainer, &stage, first);
    fit(&mut trainer, &stage, second)
}

#[derive(Default)]
struct Memory(Vec<&'static str>);

impl Memory {
    /// Goes through all pairs of a first and a second run, with how the second one goes if there was no first.
    fn each_pair<T>(
        &mut self,
        name: &'static str,
        alone: impl Fn(&Script) -> T,
        check: impl Fn(&Script, &Script, &T),
    ) {
        self.0.push(name);
        let twice = |script: Script| [&script[..], &script].concat();
        let firsts = [scripts(1), scripts(1).into_iter().map(twice).collect()].concat();
        for second in scripts(3) {
            let fresh = alone(&second);
            for first in &firsts {
                check(first, &second, &fresh);
            }
        }
    }

    /// Compares a run of one loop behind a run of each of these with one of a new callback.
    fn behind_each<C>(
        &mut self,
        name: &'static str,
        make: fn(&Stage) -> C,
        firsts: &[RunIn<C>],
        run: RunIn<C>,
    ) {
        let alone = |script: &Script| run(Used::new(make), script).0;
        self.each_pair(name, alone, |first, second, fresh| {
            for (nth, run_first) in firsts.iter().enumerate() {
                let used = run_first(Used::new(make), first).1;
                let found = run(used, second).0;
                let of = format!("{name}: {second:?} behind {first:?} of the loop {nth}");
                assert_eq!(found, *fresh, "{of}");
            }
        });
    }

    /// Compares the second fit of a trainer with a first one.
    fn in_one_trainer<C: Callback<Fit> + Send>(
        &mut self,
        name: &'static str,
        make: fn(&Stage) -> C,
    ) {
        let alone = |script: &Script| Used::new(make).fit(script).0;
        self.each_pair(name, alone, |first, second, fresh| {
            let found = second_fit(make, first, second);
            assert_eq!(found, *fresh, "{name}: {second:?} behind {first:?}");
        });
    }
}

impl EachCallback for Memory {
    fn of_all<C>(&mut self, name: &'static str, make: fn(&Stage) -> C)
    where
        C: Callback<Fit> + Callback<Driver> + Callback<Relax> + Send,
    {
        self.in_one_trainer(name, make);
        let loops: [RunIn<C>; 3] = [Used::fit, Used::drive, Used::relax];
        for (nth, run) in loops.into_iter().enumerate() {
            // The columns of a table belong to the file: those of a fit are none of a driver.
            let firsts = if name == "Csv" {
                &loops[nth..=nth]
            } else {
                &loops
            };
            self.behind_each(name, make, firsts, run);
        }
    }

    fn of_fit<C: Callback<Fit> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C) {
        self.in_one_trainer(name, make);
        self.behind_each(name, make, &[Used::fit], Used::fit);
    }

    fn of_driver<C: Callback<Driver> + Send>(&mut self, name: &'static str, make: fn(&Stage) -> C) {
        self.behind_each(name, make, &[Used::drive], Used::drive);
    }
}

#[test]
fn every_loop_finds_every_callback_of_the_shelf_as_if_it_were_new() {
    let mut tested = Memory::default();
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
fn what_a_trainer_has_recorded_goes_on_and_another_one_begins_anew() {
    let passes = |trainer: &Trainer<Line>| {
        let counts = trainer.get::<PhaseCounts>().unwrap();
        counts.of(Phase::Train).epochs.get()
    };
    let (mut first, mut second) = (trainer().epochs(2), trainer().epochs(3));
    first.plan().add(Recorder);
    for expected in [2, 4] {
        assert!(first.fit(inputs([1.0])).unwrap().outcome.is_finished());
        assert_eq!(passes(&first), expected);
    }
    second
        .plan()
        .add(first.plan().remove::<Recorder>().unwrap());
    assert!(second.fit(inputs([1.0])).unwrap().outcome.is_finished());
    assert_eq!(passes(&second), 3);
}

/// A driver that has made so many steps without a callback.
fn driver_at(steps: u64) -> VariationalDriver<Walk> {
    let mut driver = walk();
    assert!(driver.run(steps).unwrap().is_finished());
    driver
}

#[test]
fn a_driver_that_has_gone_on_without_a_stopper_is_another_one() {
    let stage = Stage::new("watched");
    let constant = vec![Some(1.0); 9];
    // Of the 3 looks without improvement that stop it, it has had one at step 2.
    for (gone_on, stopped_at) in [(0, 4), (3, 9)] {
        let mut driver = walk();
        driver
            .plan()
            .add(EarlyStopping::minimize("watched").patience(2));
        drive(&mut driver, &stage, &constant[..2].to_vec());
        let stopping = driver.plan().remove::<EarlyStopping>().unwrap();
        assert!(driver.run(gone_on).unwrap().is_finished());
        driver.plan().add(stopping);
        drive(&mut driver, &stage, &constant);
        assert_eq!(driver.step(), Step::new(stopped_at));
    }
    // Another driver, wherever it is: also where the first one stopped, or a step later.
    for steps in [0, 2, 3, 5] {
        let mut another = driver_at(steps);
        let (_, Used { callback, .. }) =
            Used::new(|stage| EarlyStopping::minimize(stage.watched).patience(2))
                .drive(&constant[..2].to_vec());
        another.plan().add(callback);
        drive(&mut another, &stage, &constant);
        assert_eq!(another.step(), Step::new(steps + 4));
    }
}

#[test]
fn a_step_that_failed_before_a_stopper_looked_does_not_make_it_forget() {
    let stage = Stage::new("watched");
    let mut driver = walk();
    driver
        .plan()
        .add(EarlyStopping::minimize("watched").patience(2));
    drive(&mut driver, &stage, &vec![Some(1.0); 2]);
    driver
        .plan()
        .on(Driver::on_step_end, || Err::<(), _>("broken"))
        .named("fails");
    let (_, failed, _) = drive(&mut driver, &stage, &vec![Some(1.0)]);
    assert!(failed.starts_with("failed"), "{failed}");
    assert!(driver.plan().remove_named("fails"));
    drive(&mut driver, &stage, &vec![Some(1.0); 9]);
    // Step 3 was not looked at: 2, 4 and 5 are without improvement.
    assert_eq!(driver.step(), Step::new(5));
}
