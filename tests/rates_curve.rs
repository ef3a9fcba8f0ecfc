//! `RateCurve`: what a sweep suggests, and its picture.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the numbers of points are small"
)]

mod support {
    pub(crate) mod scripted;
}

use callbacks::shelf::{LrFinder, RateCurve};
use support::scripted::{find, is_close};

#[test]
fn the_steepest_fall_and_a_tenth_of_the_lowest_are_suggested() {
    // Ten points that are skipped, however steep, and one at the end.
    let mut losses: Vec<f64> = (0..10).map(|at| 1000.0 - 90.0 * f64::from(at)).collect();
    losses.extend([100.0, 99.0, 90.0, 60.0, 55.0, 54.0, 70.0, 1.0]);
    let steps = losses.len() as u64;
    let finder = LrFinder::new().range(1e-8, 1e9).steps(steps).smoothing(0.0);
    let curve = find(finder.clone(), losses);
    // The rate of the 13th point is 1e4: the loss falls by 39 around it. The lowest one is at 1e7.
    assert!(is_close(&[curve.steepest().unwrap()], &[1e4]), "{curve}");
    assert!(
        is_close(&[curve.tenth_of_lowest().unwrap()], &[1e6]),
        "{curve}"
    );
    // The six losses from 100 to 54 fall; three of them are left of the suggestion, and it is as long a way from the end.
    assert!(is_close(&[curve.valley().unwrap()], &[1e4]), "{curve}");
    assert_eq!(curve.suggestion(), curve.valley());
    // At the ends of the rest, the slope is that to the one neighbour.
    let ends = |falls_first: bool| {
        let mut losses = vec![9.0; 18];
        let inner = if falls_first { 11..18 } else { 16..18 };
        losses[inner].fill(2.0);
        find(finder.clone(), losses).steepest().unwrap()
    };
    assert!(is_close(&[ends(true), ends(false)], &[1e2, 1e8]));
    let rising = find(
        finder.clone(),
        (0..18).map(|at| 100.0 + f64::from(at)).collect(),
    );
    assert_eq!(rising.steepest(), None);
    assert_eq!((rising.valley(), rising.suggestion()), (None, None));
    let short = find(finder.steps(11), vec![1.0; 11]);
    assert_eq!(short.suggestion(), None);
}

/// Draws with a normal distribution, by the method of Box and Muller.
fn normal(seed: u64) -> impl FnMut() -> f64 {
    let mut random = fastrand::Rng::with_seed(seed);
    move || {
        let radius = (-2.0 * (1.0 - random.f64()).ln()).sqrt();
        radius * (std::f64::consts::TAU * random.f64()).cos()
    }
}

/// The curve of a loss that falls from 2.3 to 0.4 around a rate of 0.01 and explodes behind 0.3, with noise.
fn falling(seed: u64, noise: f64) -> RateCurve {
    let mut normal = normal(seed);
    let loss = |step: u32| {
        let rate = 10_f64.powf(-7.0 + 8.0 * f64::from(step) / 99.0);
        2.3 - 1.9 / (1.0 + 0.01 / rate) + (rate / 0.3).powi(2) + noise * normal()
    };
    find(LrFinder::new(), (0..100).map(loss).collect())
}

#[test]
fn noise_has_no_suggestion_and_a_fall_has_one() {
    let suggestions = |finder: LrFinder| {
        let has_one = |seed: &u64| {
            let mut normal = normal(*seed);
            let losses = (0..100).map(|_| 2.0 + 0.1 * normal()).collect();
            find(finder.clone(), losses).suggestion().is_some()
        };
        (0..200).filter(has_one).count()
    };
    assert!(suggestions(LrFinder::new()) <= 4);
    assert!(suggestions(LrFinder::new().smoothing(0.0)) <= 14);
    let flat = find(LrFinder::new(), vec![2.0; 100]);
    assert_eq!(flat.suggestion(), None);
    for seed in 0..50 {
        let rate = falling(seed, 0.2).suggestion().unwrap();
        assert!((1e-5..0.3).contains(&rate), "{rate}");
    }
}

/// `valley` of fastai's `callback/schedule.py`, for the points that have a suggestion.
fn valley_of_fastai(curve: &RateCurve) -> f64 {
    let points = curve.points();
    let inner = &points[10..points.len() - 1];
    let mut lengths = vec![1_u32; inner.len()];
    let (mut max_start, mut max_end) = (0.0, 0);
    for i in 1..inner.len() {
        for j in 0..i {
            if inner[i].smoothed < inner[j].smoothed && lengths[i] < lengths[j] + 1 {
                lengths[i] = lengths[j] + 1;
            }
            if lengths[max_end] < lengths[i] {
                max_end = i;
                max_start = max_end as f64 - f64::from(lengths[max_end]);
            }
        }
    }
    let sections = (max_end as f64 - max_start) / 3.0;
    let index = max_start + sections.trunc() + (sections / 2.0).trunc();
    inner[index as usize].rate
}

#[test]
fn the_valley_is_that_of_fastai() {
    for seed in 0..60 {
        let curve = falling(seed, [0.0, 0.01, 0.3][seed as usize % 3]);
        assert_eq!(curve.valley(), Some(valley_of_fastai(&curve)), "{curve}");
        let mut normal = normal(seed);
        let losses = (0..100).map(|_| 2.0 + normal()).collect();
        let rough = find(
            LrFinder::new().smoothing(0.0).stop_factor(f64::INFINITY),
            losses,
        );
        assert_eq!(rough.valley(), Some(valley_of_fastai(&rough)), "{rough}");
    }
}

#[test]
fn a_picture_has_axes_both_losses_and_the_suggestion() {
    let svg = falling(1, 0.1).to_svg();
    for part in [
        "learning rate",
        ">loss<",
        ">smoothed<",
        ">1e-5<",
        ">1e-1<",
        "suggestion ",
    ] {
        assert!(svg.contains(part), "{part}: {svg}");
    }
    assert_eq!(svg.matches("<polyline").count(), 2);
}

#[test]
fn a_picture_of_any_curve_has_finite_places_and_a_limited_size() {
    let steps = |losses: &[f64]| {
        let finder = LrFinder::new().steps((losses.len() as u64).max(2));
        find(finder, losses.to_vec())
    };
    let mut long: Vec<f64> = (0..100_000_u32).map(|at| f64::from(at % 7)).collect();
    long[0] = 6.0;
    let curves = [
        RateCurve::default(),
        steps(&[f64::NAN]),
        steps(&[1.0, f64::NAN]),
        steps(&[1.0, 1e300]),
        steps(&[1.0; 30]),
        steps(&[0.0; 30]),
        steps(&[-1e-12, -2e-12]),
        steps(&long),
    ];
    for curve in &curves {
        let svg = curve.to_svg();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        assert!(svg.len() < 100_000, "{}", svg.len());
    }
    let one = steps(&[1.0, f64::NAN]).to_svg();
    assert!(one.contains("<circle"), "{one}");
}
