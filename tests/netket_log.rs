//! The values of a driver's log, as they are printed.

use callbacks::{Complex, Record, Stats, Value};

#[test]
fn a_complex_number_keeps_the_flags_of_a_format() {
    let down = Complex { re: 0.5, im: -0.25 };
    let up = Complex { re: 1.0, im: 1.0 };
    assert_eq!(format!("{up} {down}"), "1+1i 0.5-0.25i");
    assert_eq!(format!("{up:+.2} {down:+.2}"), "+1.00+1.00i +0.50-0.25i");
    assert_eq!(format!("[{up:10.1}]"), "[  1.0+1.0i]");
    assert_eq!(format!("[{up:<10.1}]"), "[1.0+1.0i  ]");
    assert_eq!(format!("[{up:*^11.1}]"), "[*1.0+1.0i**]");
    assert_eq!(format!("[{up:>2}]"), "[1+1i]");
    assert_eq!(format!("[{up:+012.1}]"), "[+0001.0+1.0i]");
    let not = Complex {
        re: -0.0,
        im: f64::NAN,
    };
    assert_eq!(not.to_string(), "-0+NaNi");
    assert_eq!(
        Complex {
            re: 0.0,
            im: f64::NEG_INFINITY
        }
        .to_string(),
        "0-infi"
    );
}

#[test]
fn statistics_keep_the_flags_of_a_format() {
    let energy = Stats {
        mean: 2.0,
        error_of_mean: 1.0,
        variance: 1.0,
    };
    assert_eq!(format!("{energy:+.1}"), "+2.0 ± 1.0");
    assert_eq!(format!("[{energy:9}]"), "[    2 ± 1]");
    assert_eq!(format!("[{energy:<9}]"), "[2 ± 1    ]");
    assert_eq!(format!("[{energy:07}]"), "[002 ± 1]");
}

#[test]
fn a_value_keeps_them_whatever_it_is_and_so_does_a_log() {
    let vector = Value::from(vec![1.0, -2.0]);
    assert_eq!(format!("{vector:+.1}"), "[+1.0, -2.0]");
    assert_eq!(format!("{vector:>10}"), "   [1, -2]");
    let mut record = Record::default();
    record.set("x", 1.0);
    record.set("z", Complex { re: 1.0, im: 1.0 });
    assert_eq!(format!("{record:+9.1}"), "x      +1.0  z +1.0+1.0i");
    assert_eq!(format!("{:>6}", Value::from(0.5)), "   0.5");
}

#[test]
fn numbers_of_any_kind_and_several_of_them_can_be_logged() {
    let mut record = Record::default();
    record.set("literal", 3);
    record.set("count", 7_usize);
    record.set("many", u64::MAX);
    record.set("less", -2_i8);
    record.set("single", 0.5_f32);
    record.set("array", [1.0, 2.0]);
    record.set("slice", &[3.0][..]);
    let text = "literal 3  count 7  many 18446744073709552000  less -2  single 0.5  array [1, 2]  slice [3]";
    assert_eq!(record.to_string(), text);
}

#[test]
fn a_log_is_empty_until_it_has_a_value() {
    let mut record = Record::default();
    assert!(record.is_empty());
    record.set("energy", 0.5);
    assert!(!record.is_empty());
}
