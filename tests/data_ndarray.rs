//! `CutMix`, Mixup and label smoothing on the arrays of `ndarray`.
#![allow(
    clippy::float_cmp,
    reason = "the values are exact: they are written down, or made of powers of two"
)]

mod support {
    pub(crate) mod complaint;
    pub(crate) mod sink;
}

use callbacks::Attach;
use callbacks::shelf::{
    CutMix, LabelSmoothing, MixBatch, MixSamples, Mixup, Pairs, Patch, PatchImages, SmoothTargets,
};
use ndarray::{Array1, Array2, Array3, Array4, arr2, array, s};
use support::sink::{failure, seen, sink};

/// Images of one colour, which is their class.
#[derive(Debug, Clone, PartialEq)]
struct Images {
    pixels: Array4<f32>,
    targets: Array2<f64>,
}

impl MixBatch for Images {
    type Inputs = Array4<f32>;
    type Targets = Array2<f64>;

    fn parts(&mut self) -> (&mut Array4<f32>, &mut Array2<f64>) {
        (&mut self.pixels, &mut self.targets)
    }
}

const SIZE: (usize, usize) = (6, 8);

#[allow(clippy::cast_precision_loss, reason = "there are few images")]
fn images(count: usize) -> Images {
    let (height, width) = SIZE;
    let colour = |(image, ..): (usize, usize, usize, usize)| image as f32;
    Images {
        pixels: Array4::from_shape_fn((count, 3, height, width), colour),
        targets: Array2::eye(count),
    }
}

/// The share of the pixels of an image that have this colour, in each channel.
#[allow(clippy::cast_precision_loss, reason = "the images are small")]
fn share(batch: &Images, image: usize, colour: usize) -> f64 {
    let channels = batch.pixels.slice(s![image, .., .., ..]);
    let of = |channel: usize| {
        let pixels = channels.slice(s![channel, .., ..]);
        let matching = pixels.iter().filter(|pixel| **pixel == colour as f32);
        matching.count() as f64 / pixels.len() as f64
    };
    assert!((1..3).all(|channel| of(channel) == of(0)));
    of(0)
}

#[test]
fn the_targets_are_mixed_by_the_area_that_is_pasted() {
    let mut trainer = sink().epochs(30).callback(CutMix::<Images>::new(1.0));
    let (batches, _) = seen(&mut trainer, vec![images(4); 2]);
    assert_eq!(batches.len(), 60);
    let mut pasted = 0;
    for batch in &batches {
        for (image, targets) in batch.targets.outer_iter().enumerate() {
            for (class, target) in targets.iter().enumerate() {
                assert!((share(batch, image, class) - target).abs() < 1e-12);
            }
            pasted += u32::from(targets[image] < 1.0);
        }
    }
    assert!(pasted > 100, "{pasted}");
}

#[test]
fn the_patch_is_a_rectangle_of_the_drawn_share_which_is_cut_off_at_the_edge() {
    let cutmix = CutMix::<Images>::new(1.0);
    let mut areas = Vec::new();
    for batch in 1..=2000 {
        let (pairs, patch) = cutmix.patch(3, (40, 80), 1, batch).unwrap();
        patch.check((40, 80)).unwrap();
        #[allow(clippy::cast_precision_loss, reason = "the images are small")]
        let stays = 1.0 - patch.area() as f64 / 3200.0;
        assert_eq!(pairs.weights(), [stays; 3]);
        areas.push(1.0 - stays);
    }
    // Without the edges, the mean share would be 1/2. With them, a side of the relative length `r` keeps `r - r²/4` on average, and the
    // two sides together `E (r - r²/4)² = E u (1 - √u/2 + u/16) = 1/2 - 1/5 + 1/48`, where `u = r²` is uniform.
    let mean = areas.iter().sum::<f64>() / 2000.0;
    let expected = 0.5 - 0.2 + 1.0 / 48.0;
    assert!((mean - expected).abs() < 0.02, "{mean}, {expected}");
}

#[test]
fn a_second_fit_pastes_the_same_and_another_seed_or_batch_does_not() {
    let cutmix = || CutMix::<Images>::new(1.0);
    let mut trainer = sink().epochs(2).callback(cutmix());
    let first = seen(&mut trainer, vec![images(4); 2]).0;
    assert_eq!(seen(&mut trainer, vec![images(4); 2]).0, first);
    let fit = |cutmix| seen(&mut sink().epochs(2).callback(cutmix), vec![images(4); 2]).0;
    assert_eq!(fit(cutmix().clone()), first);
    assert_ne!(fit(cutmix().seed(1)), first);
    assert_ne!(first[0], first[1]);
    assert_ne!(first[0], first[2]);
}

#[test]
fn validation_is_changed_only_on_request_and_an_empty_batch_never() {
    let cutmix = || CutMix::<Images>::new(1.0);
    let valid = || vec![images(4); 5];
    let mut trainer = sink().callback(cutmix()).valid(valid());
    assert_eq!(
        seen(&mut trainer, vec![images(0)]),
        (vec![images(0)], valid())
    );
    let mut trainer = sink().callback(cutmix().on_validation()).valid(valid());
    assert_ne!(seen(&mut trainer, vec![images(0)]).1, valid());
    for alpha in [0.0, f64::NAN] {
        let text = failure(
            &mut sink().callback(CutMix::<Images>::new(alpha)),
            vec![images(2)],
        );
        let expected = format!(" has an `alpha` of {alpha}; give a finite one above 0");
        assert!(text.ends_with(&expected), "{text}");
    }
}

#[test]
fn a_patch_is_pasted_from_the_partner_as_it_was() {
    let mut images = Array3::from_shape_fn((3, 2, 2), |(image, row, column)| {
        100 * image + 10 * row + column
    });
    let swap = Pairs::new(vec![1, 2, 0], vec![1.0; 3]).unwrap();
    let patch = Patch {
        rows: 1..2,
        columns: 0..2,
    };
    images.paste(&patch, &swap).unwrap();
    assert_eq!(
        images,
        array![
            [[0, 1], [110, 111]],
            [[100, 101], [210, 211]],
            [[200, 201], [10, 11]]
        ]
    );
    let error = images
        .paste(
            &Patch {
                rows: 0..3,
                columns: 0..1,
            },
            &swap,
        )
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("is not inside of images of 2 by 2"),
        "{error}"
    );
    let two = Pairs::new(vec![1, 0], vec![1.0; 2]).unwrap();
    assert!(images.paste(&patch, &two).is_err());
    let flat = Array2::<f64>::zeros((3, 4));
    let error = flat.size().unwrap_err();
    assert_eq!(
        error.to_string(),
        "an array of shape [3, 4] has no images; give one of at least 3 axes, with height and width as the last two"
    );
}

#[test]
fn arrays_are_mixed_as_vectors_are() {
    let pairs = Pairs::new(vec![2, 0, 1], vec![0.75, 1.0, 0.5]).unwrap();
    let mut rows = arr2(&[[4.0, 8.0], [f64::INFINITY, 1.0], [0.0, 16.0]]);
    rows.mix(&pairs).unwrap();
    assert_eq!(
        rows,
        arr2(&[[3.0, 10.0], [f64::INFINITY, 1.0], [f64::INFINITY, 8.5]])
    );
    let mut numbers: Array1<f32> = array![4.0, 1.0, 8.0];
    numbers.mix(&pairs).unwrap();
    assert_eq!(numbers, array![5.0, 1.0, 4.5]);
    let mut beside_infinity = array![1.0, f64::INFINITY];
    let own = Pairs::new(vec![1, 0], vec![1.0, 0.5]).unwrap();
    beside_infinity.mix(&own).unwrap();
    assert_eq!(beside_infinity, array![1.0, f64::INFINITY]);
    // A layout by columns makes no difference.
    let mut transposed = arr2(&[[4.0, 1.0, 8.0], [0.0, 1.0, 4.0]]).reversed_axes();
    transposed.mix(&pairs).unwrap();
    assert_eq!(transposed, arr2(&[[5.0, 1.0], [1.0, 1.0], [4.5, 2.5]]));
    assert!(
        numbers
            .mix(&Pairs::new(vec![0], vec![1.0]).unwrap())
            .is_err()
    );
}

#[test]
fn mixup_and_smoothing_work_on_arrays() {
    let mut trainer = sink()
        .callback(Mixup::<Images>::new(0.4))
        .callback(LabelSmoothing::<Images>::new(0.5));
    let (batches, _) = seen(&mut trainer, vec![images(4)]);
    let pairs = Mixup::<Images>::new(0.4).pairs(4, 1, 1).unwrap();
    let mut expected = images(4);
    expected.pixels.mix(&pairs).unwrap();
    expected.targets.mix(&pairs).unwrap();
    expected.targets.smooth(0.5).unwrap();
    assert_eq!(batches, [expected]);
    assert!(batches[0].targets.iter().all(|target| *target >= 0.125));
    let mut empty = Array2::<f32>::zeros((2, 0));
    empty.smooth(0.1).unwrap();
}
