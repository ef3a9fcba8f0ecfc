//! What a checkpoint lacks: values and fields of the state are refused unless they may stay as the program made them. And how a run goes on that
//! was stopped.

mod support {
    pub(crate) mod folder;
    pub(crate) mod momentum;
    pub(crate) mod scored;
}

use callbacks::checkpoint::Resume;
use callbacks::persist::{Fields, Restored};
use callbacks::prelude::*;
use callbacks::shelf::{Checkpoint, EarlyStopping};
use callbacks::{Outcome, Parameters};
use support::folder::Folder;
use support::momentum::train;
use support::scored::{SCORES, trainer};

/// A network of one layer.
#[derive(Parameters)]
struct Net {
    layer: Vec<f64>,
}

fn persist(net: &mut Net, fields: &mut Fields<'_>) {
    fields.nested("parameters", |fields| Parameters::persist(net, fields));
}

fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
}

/// A network that has one more parameter than [`Net`], under the same name.
#[derive(Parameters)]
struct Deeper {
    layer: Vec<f64>,
    bias: f64,
}

/// Names what a deeper network has.
fn persist_deeper(net: &mut Deeper, fields: &mut Fields<'_>) {
    fields.nested("parameters", |fields| Parameters::persist(net, fields));
}

/// Fits a session of two epochs, whose model is saved as `net`. Returns the outcome with what was restored, and the model.
fn fit_session<N: 'static>(
    net: &mut N,
    name: &'static str,
    persist: fn(&mut N, &mut Fields<'_>),
    checkpoint: Option<Checkpoint>,
    from: Option<Resume>,
) -> (Outcome, Option<Restored>) {
    let mut session = Fit::session(2).lend(net).persist_fields(name, persist);
    if let Some(checkpoint) = checkpoint {
        session = session.callback(checkpoint);
    }
    if let Some(resume) = from {
        session = session.resume(resume).unwrap();
    }
    let fit = session.start().unwrap();
    for _ in fit.epochs() {
        for _ in fit.train(0..2) {
            fit.loss(1.0);
        }
    }
    let (_, mut state, outcome) = fit.into_parts();
    (outcome, state.remove().ok().flatten())
}

#[test]
fn a_layer_more_is_refused_unless_it_may_stay_as_it_was_made() {
    let folder = Folder::new("deeper");
    let mut net = Net { layer: vec![0.5] };
    let checkpoint = Checkpoint::to(folder.path());
    let (outcome, _) = fit_session(&mut net, "net", persist, Some(checkpoint), None);
    assert!(outcome.is_finished(), "{outcome}");

    let deeper = || Deeper {
        layer: vec![0.0],
        bias: 7.0,
    };
    let latest = || Resume::latest(folder.path());
    let (outcome, restored) =
        fit_session(&mut deeper(), "net", persist_deeper, None, Some(latest()));
    let parts = [
        "does not have `net.parameters.bias`",
        "`.allow_missing()`",
        &folder.path().display().to_string(),
    ];
    assert_has(&outcome.failed().unwrap().to_string(), &parts);
    assert_eq!(restored, None);

    let mut net = deeper();
    let (outcome, restored) = fit_session(
        &mut net,
        "net",
        persist_deeper,
        None,
        Some(latest().allow_missing()),
    );
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!((net.layer[0], net.bias), (0.5, 7.0));
    assert_eq!(restored.unwrap().missing(), ["net.parameters.bias"]);
    assert_has(&outcome.to_string(), &["missing: net.parameters.bias"]);

    // A part of a run may always have less.
    let mut net = deeper();
    let resume = latest().weights_only();
    let (outcome, _) = fit_session(&mut net, "net", persist_deeper, None, Some(resume));
    assert!(outcome.is_finished(), "{outcome}");
    assert_eq!(net.layer, [0.5]);
}

#[test]
fn a_model_under_another_name_is_refused_with_the_name_that_was_saved() {
    let folder = Folder::new("other-name");
    let mut net = Net { layer: vec![0.5] };
    let checkpoint = Checkpoint::to(folder.path());
    let (outcome, _) = fit_session(&mut net, "net", persist, Some(checkpoint), None);
    assert!(outcome.is_finished(), "{outcome}");
    let resumed = |resume: Resume| {
        let mut net = Net { layer: vec![0.0] };
        let (outcome, _) = fit_session(&mut net, "model", persist, None, Some(resume));
        (outcome, net.layer[0])
    };
    let (outcome, _) = resumed(Resume::latest(folder.path()));
    assert_has(
        &outcome.to_string(),
        &["does not have `model`", "it has `net`", "`.rename(…)`"],
    );
    let (outcome, weight) = resumed(Resume::latest(folder.path()).rename("net", "model"));
    assert!(outcome.is_finished(), "{outcome}");
    assert!(weight.to_bits() == 0.5_f64.to_bits());
}

#[test]
fn a_run_that_was_stopped_says_how_to_go_on_past_the_stop() {
    let folder = Folder::new("past-stop");
    let stopping = || {
        EarlyStopping::minimize("train_loss")
            .patience(1)
            .min_delta(100.0)
    };
    let stopped = || trainer(&SCORES).callback(stopping());
    let mut first = stopped().callback(Checkpoint::to(folder.path()));
    let outcome = first.fit(train()).unwrap().outcome;
    assert!(outcome.stopped().is_some(), "{outcome}");
    assert!(!outcome.to_string().contains("past_stop"), "{outcome}");
    let again = |resume: Resume| {
        let mut again = stopped().resume(resume).unwrap();
        again.fit(train()).unwrap().outcome
    };
    let outcome = again(Resume::latest(folder.path()));
    assert!(outcome.stopped().is_some(), "{outcome}");
    assert_has(&outcome.to_string(), &["EarlyStopping", "`.past_stop()`"]);
    let outcome = again(Resume::latest(folder.path()).past_stop());
    assert!(!outcome.to_string().contains("past_stop"), "{outcome}");
}
