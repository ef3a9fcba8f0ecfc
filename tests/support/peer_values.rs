//! The values that `PyTorch` computes, in tests/peers/gradients/values.txt.
#![allow(dead_code, reason = "no test uses all of it")]

/// Returns the numbers of a line.
pub(crate) fn peer(name: &str) -> Vec<f64> {
    let table = include_str!("../peers/gradients/values.txt");
    let mut lines = table.lines().map(|line| line.split(' '));
    let numbers = lines.find_map(|mut words| (words.next() == Some(name)).then_some(words));
    let numbers = numbers.unwrap_or_else(|| panic!("the table has no line `{name}`"));
    numbers
        .map(|number| number.parse().expect("a number"))
        .collect()
}

/// Compares numbers up to an error of rounding.
pub(crate) fn assert_near(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}: {found:?}");
    for (found_one, expected_one) in found.iter().zip(expected) {
        let error = (found_one - expected_one).abs();
        assert!(
            error <= 1e-14 * expected_one.abs().max(1.0),
            "{what}: {found:?}, not {expected:?}"
        );
    }
}
