//! The p-norm of elements, and of tensors from their norms.

/// Computes the p-norm of elements whose magnitudes these are.
pub(crate) fn p_norm(magnitudes: impl Iterator<Item = f64> + Clone, p: f64) -> f64 {
    if p.is_infinite() {
        return max_or_nan(magnitudes);
    }
    let norm = root(magnitudes.clone().map(|x| power(x, p)).sum(), p);
    if norm.is_normal() || norm.is_nan() {
        return norm;
    }
    // The sum of the powers is beyond the range of `f64`, or all elements are 0 or infinite.
    let max = max_or_nan(magnitudes.clone());
    if max == 0.0 || !max.is_finite() {
        return max;
    }
    max * root(magnitudes.map(|x| power(x / max, p)).sum(), p)
}

/// Computes the p-norm of all elements from the p-norms of their tensors.
pub(crate) fn combine_norms(norms: Vec<f64>, p: f64) -> f64 {
    match norms[..] {
        [only] => only,
        _ => p_norm(norms.into_iter(), p),
    }
}

/// Returns the largest of some magnitudes; NaN if one of them is NaN, 0 if there are none.
pub(crate) fn max_or_nan(magnitudes: impl IntoIterator<Item = f64>) -> f64 {
    let larger = |max: f64, magnitude: f64| {
        if magnitude > max || magnitude.is_nan() {
            magnitude
        } else {
            max
        }
    };
    magnitudes.into_iter().fold(0.0, larger)
}

#[expect(clippy::float_cmp, reason = "1 and 2 are exact")]
fn power(x: f64, p: f64) -> f64 {
    if p == 2.0 {
        x * x
    } else if p == 1.0 {
        x
    } else {
        x.powf(p)
    }
}

#[expect(clippy::float_cmp, reason = "1 and 2 are exact")]
fn root(sum: f64, p: f64) -> f64 {
    if p == 2.0 {
        sum.sqrt()
    } else if p == 1.0 {
        sum
    } else {
        sum.powf(p.recip())
    }
}

#[cfg(test)]
mod tests {
    use super::{combine_norms, p_norm};

    fn norm(values: &[f64], p: f64) -> f64 {
        p_norm(values.iter().map(|x| x.abs()), p)
    }

    fn assert_near(found: f64, expected: f64) {
        assert!(
            (found / expected - 1.0).abs() < 1e-14,
            "{found}, not {expected}"
        );
    }

    #[test]
    fn the_infinite_norm_is_the_largest_magnitude() {
        for values in [[1.0, -12.0, 3.0], [-12.0, 1.0, 3.0], [1.0, 3.0, -12.0]] {
            assert_near(norm(&values, f64::INFINITY), 12.0);
        }
    }

    #[test]
    fn a_norm_is_nan_if_an_element_is_nan() {
        for index in 0..3 {
            let mut values = [1.0, 12.0, f64::INFINITY];
            values[index] = f64::NAN;
            for p in [0.5, 1.0, 2.0, 3.0, f64::INFINITY] {
                assert!(norm(&values, p).is_nan(), "{index}, {p}");
            }
        }
    }

    #[test]
    fn elements_whose_powers_overflow_or_vanish_have_a_norm() {
        assert_near(norm(&[3e200, -4e200], 2.0), 5e200);
        assert_near(norm(&[3e-200, -4e-200], 2.0), 5e-200);
        assert_near(norm(&[f64::INFINITY, 1.0], 2.0).recip() + 1.0, 1.0);
        assert_near(norm(&[0.0, 0.0], 2.0) + 1.0, 1.0);
        assert_near(norm(&[], 2.0) + 1.0, 1.0);
    }

    #[test]
    fn the_norm_of_tensors_is_that_of_their_elements() {
        for p in [0.5, 1.0, 2.0, 3.0, f64::INFINITY] {
            let parts = [norm(&[1.0, -2.0], p), norm(&[4.0], p), norm(&[], p)];
            assert_near(combine_norms(parts.to_vec(), p), norm(&[1.0, -2.0, 4.0], p));
        }
    }
}
