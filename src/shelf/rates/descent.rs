//! Where the losses of a sweep fall, and whether they fall by more than their noise.

use super::RatePoint;

/// Returns the index of the point that fastai's `valley` suggests: in the longest decreasing subsequence of the smoothed losses, about half of its
/// length before its end. `None` if no loss is below one before it.
///
/// `valley` of `fastai/callback/schedule.py` compares all pairs; this needs `n log n` comparisons for the same lengths.
pub(super) fn valley(points: &[RatePoint]) -> Option<usize> {
    let lengths = decreasing_lengths(points);
    let longest = lengths.iter().copied().max().filter(|length| *length > 1)?;
    let end = lengths.iter().position(|length| *length == longest)?;
    // fastai begins at `end - length`, one point before the subsequence if that has no gaps. A third and a sixth are rounded on their own.
    let (third, sixth) = (longest / 3, longest / 6);
    Some((end + third + sixth).saturating_sub(longest))
}

/// Returns, for each point, the length of the longest decreasing subsequence of the smoothed losses that ends there.
fn decreasing_lengths(points: &[RatePoint]) -> Vec<usize> {
    // For each length, the greatest loss with which a subsequence of this length ends. They decrease with the length.
    let mut ends: Vec<f64> = Vec::new();
    let length_at = |point: &RatePoint| {
        let loss = point.smoothed;
        let longer = ends.partition_point(|end| *end > loss);
        if let Some(end) = ends.get_mut(longer) {
            *end = loss;
        } else {
            ends.push(loss);
        }
        longer + 1
    };
    points.iter().map(length_at).collect()
}

/// Whether the smoothed losses fall by more than they would by chance if all losses were draws from one distribution. `skipped` points at the
/// begin and those behind `end` are ignored. The bound is the one that a flat curve with noise exceeds in 1 of 100 sweeps with the default smoothing,
/// and in 4 of 100 with none.
pub(super) fn falls(points: &[RatePoint], skipped: usize, end: usize, smoothing: f64) -> bool {
    let inner = points.get(skipped..end).unwrap_or_default();
    let by_loss = |one: &(usize, &RatePoint), other: &(usize, &RatePoint)| {
        one.1.smoothed.total_cmp(&other.1.smoothed)
    };
    let Some((low, lowest)) = inner.iter().enumerate().min_by(by_loss) else {
        return false;
    };
    let Some((high, highest)) = inner[..low].iter().enumerate().max_by(by_loss) else {
        return false;
    };
    let fall = highest.smoothed - lowest.smoothed;
    let error = noise(&points[..=skipped + low]) / averaged(skipped + high + 1, smoothing).sqrt();
    let independent = as_f64(inner.len()) / averaged(usize::MAX, smoothing);
    fall > error * (4.0 + (2.0 * independent.max(1.0).ln()).sqrt())
}

/// Returns the standard deviation of the losses around their course: a robust estimate from their second differences, in which a straight line
/// cancels. That of independent draws has 6 times their variance, and a median of 0.6745 standard deviations.
fn noise(points: &[RatePoint]) -> f64 {
    let differences = points
        .windows(3)
        .map(|three| (three[0].loss - 2.0 * three[1].loss + three[2].loss).abs());
    let mut differences: Vec<f64> = differences.collect();
    differences.sort_by(f64::total_cmp);
    let median = differences.get(differences.len() / 2).copied();
    median.unwrap_or_default() / (0.6745 * 6.0_f64.sqrt())
}

/// Returns the number of independent losses whose mean is as exact as the smoothed loss of this many.
fn averaged(count: usize, smoothing: f64) -> f64 {
    let count = i32::try_from(count).unwrap_or(i32::MAX);
    let power = smoothing.powi(count);
    (1.0 + smoothing) * (1.0 - power) / ((1.0 - smoothing) * (1.0 + power))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a sweep has fewer than 2^53 steps"
)]
fn as_f64(count: usize) -> f64 {
    count as f64
}
