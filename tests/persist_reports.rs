//! What the errors say when a run cannot be saved or restored.

#![allow(
    clippy::cast_precision_loss,
    clippy::float_cmp,
    clippy::unit_arg,
    reason = "small numbers that are exact, and closures of one expression"
)]

use callbacks::persist::{Fields, RestoreError, Restored, SavedFields, SavedRun, SavedValue};
use callbacks::prelude::*;
use callbacks::{BoxError, Break, Cause, breakpoints};

breakpoints! {
    /// Counts.
    pub loop Relax with Step as steps {
        scope RUN {
            on_run_begin;
            scope STEP counts Step {
                before_step;
                after_step;
            }
            on_run_end;
        }
    }
}

breakpoints! {
    /// Another loop.
    pub loop Other {
        scope RUN {
            on_run_begin;
            on_run_end;
        }
    }
}

/// Remembers one number, under a version.
struct Best {
    best: f64,
}

#[callback(Relax, register = false, persist(best))]
impl Best {
    fn after_step(&mut self, step: &Step) {
        self.best = step.get() as f64;
    }
}

/// What `Best` became.
struct Renamed {
    best_loss: f64,
}

#[callback(Relax, register = false, name = "Best", persist(best_loss, version = 2, migrate = Self::migrate))]
impl Renamed {
    fn after_step(&self) {}
}

impl Renamed {
    fn migrate(from: u32, fields: &mut SavedFields) -> Result<(), BoxError> {
        if from != 1 {
            return Err(format!("no version {from}").into());
        }
        fields.rename("best", "best_loss");
        Ok(())
    }
}

/// `Best` with a number of another type.
struct Whole {
    best: u8,
}

#[callback(Relax, register = false, name = "Best", persist(best))]
impl Whole {
    fn after_step(&self) {}
}

/// `Best` of a later version, which forgot the earlier one.
struct Later {
    best: f64,
}

#[callback(Relax, register = false, name = "Best", persist(best, version = 3))]
impl Later {
    fn after_step(&self) {}
}

/// `Best` with more than it had.
struct More {
    best: f64,
    looks: u64,
}

#[callback(Relax, register = false, name = "Best", persist(best, looks))]
impl More {
    fn after_step(&self) {}
}

/// Panics when it is saved or loaded.
struct Careless;

#[callback(Relax, register = false, persist = Self::persist)]
impl Careless {
    fn after_step(&self) {}
}

impl Careless {
    fn persist(&mut self, _: &mut Fields<'_>) {
        panic!("no idea");
    }
}

fn steps(run: &mut Run<'_, Relax>, count: u64) -> Result<(), Break> {
    (0..count).try_for_each(|_| run.scope(Relax::STEP, |_| Ok(())).map(drop))
}

/// A run of `callback` that was saved after two steps.
fn saved(callback: impl Callback<Relax> + Send) -> SavedRun {
    let mut plan = Plan::<Relax>::new();
    plan.add(callback);
    let mut saved = None;
    let outcome = plan.run(&mut State::new(), |run| {
        run.scope(Relax::RUN, |run| {
            steps(run, 2)?;
            saved = Some(run.save()?);
            Ok(())
        })
        .map(drop)
    });
    assert!(outcome.unwrap().is_finished());
    saved.unwrap()
}

/// Restores `saved` with another callback, and returns the outcome and what was restored.
fn restored(
    saved: SavedRun,
    callback: impl Callback<Relax> + Send,
) -> (Outcome, Option<Restored>, Plan<Relax>) {
    let mut plan = Plan::new();
    plan.add(callback);
    let mut state = State::new();
    plan.restore(saved);
    let outcome = plan
        .run(&mut state, |run| {
            run.scope(Relax::RUN, |run| steps(run, 0)).map(drop)
        })
        .unwrap();
    (outcome, state.get().cloned(), plan)
}

fn error(saved: SavedRun, callback: impl Callback<Relax> + Send) -> String {
    let (outcome, restored, _) = restored(saved, callback);
    assert_eq!(restored, None);
    let failure = outcome.failed().unwrap();
    let Cause::Error(error) = failure.cause() else {
        panic!("{outcome}");
    };
    assert!(error.is::<RestoreError>());
    error.to_string()
}

const TITLE: &str = "the saved run cannot be restored: ";

#[test]
fn an_older_version_is_migrated() {
    let (outcome, report, plan) = restored(saved(Best { best: 0.0 }), Renamed { best_loss: 0.0 });
    assert!(outcome.is_finished());
    assert_eq!(plan.get::<Renamed>().unwrap().best_loss, 2.0);
    assert_eq!(report.unwrap().to_string(), "restored Best");
}

#[test]
fn a_version_that_cannot_be_migrated_is_refused() {
    assert_eq!(
        error(saved(Best { best: 0.0 }), Later { best: 0.0 }),
        format!(
            "{TITLE}`Best` was saved by version 1 of the callback, and this is version 3; \
             write `persist(…, migrate = Self::migrate)` on its block"
        )
    );
    assert_eq!(
        error(saved(Renamed { best_loss: 0.0 }), Best { best: 0.0 }),
        format!(
            "{TITLE}`Best` was saved by version 2 of the callback, and this is version 1; use the program that saved it"
        )
    );
}

#[test]
fn a_field_of_another_type_is_refused() {
    assert_eq!(
        error(saved(Best { best: 0.0 }), Whole { best: 0 }),
        format!("{TITLE}`Best.best`: invalid type: floating point `2.0`, expected u8")
    );
}

#[test]
fn a_panic_while_loading_is_an_error() {
    let saved = saved(Best { best: 0.0 });
    let mut plan = Plan::new();
    plan.add(Careless).named("Best");
    plan.restore(saved);
    let outcome = plan.run(&mut State::new(), |_| Ok(())).unwrap();
    assert_eq!(
        outcome.failed().unwrap().cause().to_string(),
        format!("{TITLE}`Best` panicked: no idea")
    );
}

#[test]
fn a_panic_while_saving_is_an_error() {
    let mut plan = Plan::<Relax>::new();
    plan.add(Careless);
    let mut error = None;
    let outcome = plan
        .run(&mut State::new(), |run| Ok(error = run.save().err()))
        .unwrap();
    assert!(outcome.is_finished());
    assert_eq!(
        error.unwrap().to_string(),
        "the run cannot be saved: `Careless` panicked: no idea"
    );
}

#[test]
fn a_missing_and_an_unused_field_are_reported() {
    let (outcome, report, plan) = restored(
        saved(Best { best: 0.0 }),
        More {
            best: 0.0,
            looks: 7,
        },
    );
    assert!(outcome.is_finished());
    let more = plan.get::<More>().unwrap();
    assert_eq!((more.best, more.looks), (2.0, 7));
    assert_eq!(
        report.unwrap().to_string(),
        "restored Best; missing: Best.looks"
    );

    let (outcome, report, _) = restored(
        saved(More {
            best: 0.5,
            looks: 7,
        }),
        Best { best: 0.0 },
    );
    assert!(outcome.is_finished());
    assert_eq!(report.unwrap().unused(), ["Best.looks"]);
}

#[test]
fn a_run_of_another_loop_is_refused() {
    let mut plan = Plan::<Other>::new();
    plan.restore(saved(Best { best: 0.0 }));
    let mut began = false;
    let outcome = plan.run(&mut State::new(), |_| Ok(began = true)).unwrap();
    let text = outcome.failed().unwrap().cause().to_string();
    assert_eq!(
        text,
        format!(
            "{TITLE}it is a run of the loop `Relax`, and this is one of `Other`; give a saved run of `Other`"
        )
    );
    assert!(!began);
}

#[test]
fn a_value_that_nothing_can_make_must_be_in_the_state() {
    struct Model(f64);
    let plan = || {
        let mut plan = Plan::<Relax>::new();
        plan.persist_fields("model", |model: &mut Model, fields| {
            fields.field("weight", &mut model.0);
        });
        plan
    };
    let (mut state, mut saved) = (State::new(), None);
    state.insert(Model(0.5));
    let outcome = plan()
        .run(&mut state, |run| Ok(saved = Some(run.save()?)))
        .unwrap();
    assert!(outcome.is_finished());
    let saved = saved.unwrap();
    assert_eq!(
        saved.state("model").and_then(|model| model.get("weight")),
        Some(&SavedValue::Float(0.5))
    );

    let outcome = plan()
        .restore(saved.clone())
        .run(&mut State::new(), |_| Ok(()))
        .unwrap();
    let text = outcome.failed().unwrap().cause().to_string();
    assert_eq!(
        text,
        format!("{TITLE}`model` is not in the state; insert a value into which it can be loaded")
    );

    let mut state = State::new();
    state.insert(Model(0.0));
    let outcome = plan().restore(saved).run(&mut state, |_| Ok(())).unwrap();
    assert!(outcome.is_finished());
    assert_eq!(state.get::<Model>().map(|model| model.0), Some(0.5));
}

#[test]
fn a_file_that_is_no_saved_run_is_refused() {
    let error = |text: &str| {
        serde_json::from_str::<SavedRun>(text)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(error("[]"), "a saved run must be a map, and is a list");
    assert_eq!(error("{}"), "the saved run has no `layout`");
    assert_eq!(
        error(r#"{"layout": 7}"#),
        "the saved run has the layout 7, and this version reads up to 1; use the version that saved it"
    );
    let whole = serde_json::to_string(&saved(Best { best: 0.0 })).unwrap();
    assert!(serde_json::from_str::<SavedRun>(&whole).is_ok());
    let broken = whole.replace(r#""version":1"#, r#""version":"one""#);
    assert_eq!(
        error(&broken),
        "`version` of the saved run: invalid type: string \"one\", expected u32"
    );
    // Each entry is needed, and each part of the text.
    for name in [
        "loop",
        "scopes",
        "counters",
        "callbacks",
        "state",
        "periods",
        "name",
        "fields",
    ] {
        let without = whole.replace(&format!("\"{name}\":"), "\"other\":");
        assert_eq!(error(&without), format!("the saved run has no `{name}`"));
    }
    for length in 0..whole.len() {
        assert!(serde_json::from_str::<SavedRun>(&whole[..length]).is_err());
    }
}
