//! How far values are apart that should be the same.

/// Three values between which the four quarters of all lie.
pub(super) fn quartiles(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [1, 2, 3].map(|quarter| {
        let at = values.len() * quarter / 4;
        values.get(at).copied().unwrap_or(f64::NAN)
    })
}

pub(super) fn median(values: Vec<f64>) -> f64 {
    let [_, median, _] = quartiles(values);
    median
}
