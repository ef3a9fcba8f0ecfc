//! Mixup and label smoothing, on batches of vectors.
#![allow(
    clippy::float_cmp,
    reason = "the values are exact: they are written down, or made of powers of two"
)]

mod support {
    pub(crate) mod complaint;
    pub(crate) mod sink;
}

use callbacks::fit::{Epoch, Fit, Phase};
use callbacks::shelf::{
    LabelSmoothing, MixBatch, MixSamples, Mixup, PairedTargets, Pairs, SmoothTargets,
};
use callbacks::{Attach, Plan, State};
use support::sink::{failure, seen, sink};

/// Samples with one-hot targets, which are the samples themselves.
#[derive(Debug, Clone, PartialEq)]
struct Batch {
    inputs: Vec<f64>,
    targets: Vec<Vec<f64>>,
}

impl MixBatch for Batch {
    type Inputs = Vec<f64>;
    type Targets = Vec<Vec<f64>>;

    fn parts(&mut self) -> (&mut Vec<f64>, &mut Vec<Vec<f64>>) {
        (&mut self.inputs, &mut self.targets)
    }
}

/// A batch of this many samples: the input of each is a power of two, and its target is its own class.
fn batch(samples: u32) -> Batch {
    let one_hot = |class| {
        (0..samples)
            .map(|at| f64::from(u8::from(at == class)))
            .collect()
    };
    Batch {
        inputs: (0..samples).map(|at| f64::from(1 << at)).collect(),
        targets: (0..samples).map(one_hot).collect(),
    }
}

/// The input that belongs to mixed targets.
fn input_of(targets: &[f64]) -> f64 {
    let weighted = targets.iter().enumerate();
    weighted
        .map(|(at, weight)| weight * f64::from(1 << at))
        .sum()
}

fn mixup() -> Mixup<Batch> {
    Mixup::new(0.4)
}

#[test]
fn inputs_and_targets_are_mixed_alike_and_the_sample_itself_has_the_greater_weight() {
    let mut trainer = sink().epochs(20).callback(mixup());
    let (batches, _) = seen(&mut trainer, vec![batch(8); 3]);
    assert_eq!(batches.len(), 60);
    let mut mixed = 0;
    for batch in &batches {
        for (at, targets) in batch.targets.iter().enumerate() {
            assert!((targets.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!(targets[at] >= 0.5, "{targets:?}");
            assert!((input_of(targets) - batch.inputs[at]).abs() < 1e-9);
            mixed += u32::from(targets[at] < 1.0);
        }
    }
    // A sample is its own partner once in eight times.
    assert!((350..460).contains(&mixed), "{mixed} of 480");
}

#[test]
fn the_weights_are_those_of_the_greater_share_of_a_beta_draw() {
    // The mean of the greater share of Beta(1, 1) is 3/4, its variance 1/48.
    let pairs = Mixup::<Batch>::new(1.0).pairs(10_000, 1, 1).unwrap();
    let mean = pairs.weights().iter().sum::<f64>() / 1e4;
    assert!(
        (mean - 0.75).abs() < 4.0 * (1.0_f64 / 48.0).sqrt() / 100.0,
        "{mean}"
    );
    let mut partners = pairs.partners().to_vec();
    partners.sort_unstable();
    assert!(partners.into_iter().eq(0..10_000));
}

#[test]
fn a_second_fit_and_a_second_instance_mix_the_same_and_another_seed_does_not() {
    let fit =
        |mixup: Mixup<Batch>| seen(&mut sink().epochs(2).callback(mixup), vec![batch(4); 2]).0;
    let mut trainer = sink().epochs(2).callback(mixup());
    let first = seen(&mut trainer, vec![batch(4); 2]).0;
    assert_eq!(seen(&mut trainer, vec![batch(4); 2]).0, first);
    assert_eq!(fit(mixup().clone()), first);
    assert_ne!(fit(mixup().seed(1)), first);
    let mut different = first.clone();
    different.dedup();
    assert_eq!(
        different.len(),
        4,
        "each batch of each epoch has its own draws"
    );
    // Two side by side: the second one mixes what the first one has mixed.
    trainer.plan().add(mixup().seed(1));
    let twice = seen(&mut trainer, vec![batch(4); 2]).0;
    let both = |epoch: u64, at: u64| {
        let mut batch = batch(4);
        for seed in [0, 1] {
            let pairs = mixup().seed(seed).pairs(4, epoch, at).unwrap();
            batch.inputs.mix(&pairs).unwrap();
            batch.targets.mix(&pairs).unwrap();
        }
        batch
    };
    assert_eq!(twice, [both(1, 1), both(1, 2), both(2, 1), both(2, 2)]);
}

#[test]
fn the_draws_depend_on_the_position_alone() {
    // An epoch that is begun again, as after a resume, has the same batches.
    let mut trainer = sink().epochs(3).callback(mixup());
    let whole = seen(&mut trainer, vec![batch(4); 2]).0;
    let skip = |epoch: &mut Epoch| *epoch = Epoch::new(2);
    let mut rest = sink()
        .epochs(3)
        .callback(mixup())
        .on(Fit::on_fit_begin, skip);
    assert_eq!(seen(&mut rest, vec![batch(4); 2]).0, whole[4..]);
}

#[test]
fn validation_is_mixed_only_on_request() {
    let valid = || vec![batch(4); 2];
    let mut trainer = sink().callback(mixup()).valid(valid());
    let (train, untouched) = seen(&mut trainer, vec![batch(4)]);
    assert_eq!(untouched, valid());
    let mut trainer = sink().callback(mixup().on_validation()).valid(valid());
    let (same, mixed) = seen(&mut trainer, vec![batch(4)]);
    assert_eq!(same, train);
    assert_ne!(mixed, valid());
    assert_ne!(mixed[0], train[0], "the phases have different draws");
    // A prediction and an evaluation without the request are untouched.
    let mut trainer = sink().callback(mixup());
    assert!(trainer.evaluate(valid()).unwrap().outcome.is_finished());
    assert!(trainer.predict(valid()).unwrap().outcome.is_finished());
    let batches = trainer.into_learner().0;
    assert!(batches.iter().all(|(_, seen)| *seen == batch(4)));
    assert_eq!(
        batches.last().map(|(phase, _)| *phase),
        Some(Phase::Predict)
    );
}

#[test]
fn small_batches_and_values_that_are_not_finite_stay_what_they_are() {
    for samples in [0, 1] {
        let mut trainer = sink().callback(mixup());
        assert_eq!(seen(&mut trainer, vec![batch(samples)]).0, [batch(samples)]);
    }
    let mut samples = vec![1.0, f64::INFINITY, 3.0];
    samples
        .mix(&Pairs::new(vec![1, 2, 0], vec![1.0, 0.5, 0.5]).unwrap())
        .unwrap();
    assert_eq!(samples, [1.0, f64::INFINITY, 2.0]);
    let mut samples = vec![1.0, f64::NAN];
    samples
        .mix(&Pairs::new(vec![1, 0], vec![0.5, 1.0]).unwrap())
        .unwrap();
    assert!(samples[0].is_nan() && samples[1].is_nan());
}

#[test]
fn mistakes_are_reported_with_what_to_write() {
    for alpha in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let text = failure(
            &mut sink().callback(Mixup::<Batch>::new(alpha)),
            vec![batch(2)],
        );
        let expected = format!(" has an `alpha` of {alpha}; give a finite one above 0");
        assert!(text.ends_with(&expected), "{text}");
        assert!(Mixup::<Batch>::new(alpha).pairs(2, 1, 1).is_err());
    }
    let uneven = Batch {
        targets: vec![vec![1.0]; 3],
        ..batch(2)
    };
    let text = failure(&mut sink().callback(mixup()), vec![uneven]);
    assert_eq!(
        text,
        "3 samples and 2 pairs; inputs and targets have one for each sample"
    );
    let ragged = Batch {
        targets: vec![vec![1.0], vec![1.0, 0.0]],
        ..batch(2)
    };
    let mixup = (0..).map(|seed| mixup().seed(seed));
    let mut swapping = mixup.filter(|mixup| mixup.pairs(2, 1, 1).unwrap().partners() == [1, 0]);
    let text = failure(&mut sink().callback(swapping.next().unwrap()), vec![ragged]);
    assert!(
        text.contains("numbers cannot be mixed; give them one length"),
        "{text}"
    );
    assert!(Pairs::new(vec![0], vec![]).is_err());
    let mut plan = Plan::<Fit>::new();
    plan.add(Mixup::<Batch>::new(0.4));
    let problem = plan.check(&State::new()).unwrap_err().to_string();
    assert!(problem.contains("nothing provides `Batch`"), "{problem}");
}

/// A batch with labels that are kept in pairs.
#[derive(Debug, Clone, PartialEq)]
struct Labelled {
    inputs: Vec<Vec<f32>>,
    labels: PairedTargets<u8>,
}

impl MixBatch for Labelled {
    type Inputs = Vec<Vec<f32>>;
    type Targets = PairedTargets<u8>;

    fn parts(&mut self) -> (&mut Self::Inputs, &mut Self::Targets) {
        (&mut self.inputs, &mut self.labels)
    }
}

#[test]
fn labels_are_kept_in_pairs_and_the_loss_is_right_in_every_phase() {
    let batch = || Labelled {
        inputs: (0..4_u8).map(|at| vec![f32::from(at); 2]).collect(),
        labels: PairedTargets::new((0..4).collect()),
    };
    let losses = |batch: &Labelled| {
        let loss = |labels: &[u8]| labels.iter().map(|label| f64::from(*label)).collect();
        batch.labels.losses(loss)
    };
    let mixup = Mixup::<Labelled>::new(0.4);
    let mut trainer = sink().callback(mixup).valid(vec![batch()]);
    let (train, valid) = seen(&mut trainer, vec![batch()]);
    assert_eq!(losses(&valid[0]), [0.0, 1.0, 2.0, 3.0]);
    // The loss is linear in the label here, and so is the input.
    for (input, loss) in train[0].inputs.iter().zip(losses(&train[0])) {
        assert!((f64::from(input[0]) - loss).abs() < 1e-6 && input[0] == input[1]);
    }
    assert_eq!(train[0].labels.own(), [0, 1, 2, 3]);
    assert_ne!(train[0].labels.partners(), train[0].labels.own());
    assert!(
        train[0]
            .labels
            .weights()
            .iter()
            .all(|weight| *weight >= 0.5)
    );
}

#[test]
fn label_smoothing_gives_a_share_to_all_classes() {
    let smoothing = || LabelSmoothing::<Batch>::new(0.5);
    let mut trainer = sink().callback(smoothing()).valid(vec![batch(2)]);
    for _ in 0..2 {
        let (train, valid) = seen(&mut trainer, vec![batch(2), batch(1)]);
        assert_eq!(train[0].targets, [[0.75, 0.25], [0.25, 0.75]]);
        assert_eq!(train[0].inputs, batch(2).inputs);
        assert_eq!(train[1].targets, [[1.0]]);
        assert_eq!(valid, [batch(2)]);
    }
    let mut trainer = sink()
        .callback(smoothing().on_validation())
        .valid(vec![batch(2)]);
    let (_, valid) = seen(&mut trainer, vec![batch(0)]);
    assert_eq!(valid[0].targets, [[0.75, 0.25], [0.25, 0.75]]);
    for share in [-0.1, 1.1, f64::NAN] {
        let text = failure(
            &mut sink().callback(LabelSmoothing::<Batch>::new(share)),
            vec![batch(2)],
        );
        let expected = format!(" has a `share` of {share}; give one from 0 to 1");
        assert!(text.ends_with(&expected), "{text}");
    }
    let mut none = vec![vec![1.0_f32, 0.0], vec![]];
    none.smooth(0.0).unwrap();
    assert_eq!(none, [vec![1.0, 0.0], vec![]]);
    none.smooth(1.0).unwrap();
    assert_eq!(none[0], [0.5, 0.5]);
}

#[test]
fn smoothing_and_mixing_commute() {
    let fit = |smooths_first: bool| {
        let (smoothing, mixup) = (LabelSmoothing::<Batch>::new(0.25), mixup());
        let mut trainer = if smooths_first {
            sink().callback(smoothing).callback(mixup)
        } else {
            sink().callback(mixup).callback(smoothing)
        };
        seen(&mut trainer, vec![batch(4)]).0.remove(0)
    };
    let (one, other) = (fit(true), fit(false));
    assert_eq!(one.inputs, other.inputs);
    let pairs = one
        .targets
        .iter()
        .flatten()
        .zip(other.targets.iter().flatten());
    assert!(
        pairs
            .into_iter()
            .all(|(one, other)| (one - other).abs() < 1e-15)
    );
}
