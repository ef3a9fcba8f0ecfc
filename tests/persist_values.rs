//! Saved values: a value of any type with `serde` is loaded as it was, to the last bit.

#![allow(
    clippy::float_cmp,
    clippy::option_option,
    reason = "every kind of value, and numbers to the last bit"
)]

use callbacks::persist::{SavedFields, SavedValue};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// One of each kind of type that `serde` knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    truth: bool,
    small: i8,
    large: u64,
    huge: i128,
    single: f32,
    double: f64,
    letter: char,
    text: String,
    unit: (),
    maybe: Option<f64>,
    nested: Option<Option<u8>>,
    marker: Option<Marker>,
    list: Vec<(u32, bool)>,
    array: [f64; 3],
    map: BTreeMap<i64, String>,
    by_variant: BTreeMap<Plain, u8>,
    shapes: Vec<Shape>,
    time: Duration,
    wrapped: Wrapped,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Marker;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Wrapped(f32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Plain {
    First,
    Second,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Circle(f64),
    Line(i32, i32),
    Box {
        width: f32,
        names: Vec<Option<Plain>>,
    },
}

fn shapes() -> impl Strategy<Value = Shape> {
    let plain = prop::option::of(prop_oneof![Just(Plain::First), Just(Plain::Second)]);
    prop_oneof![
        Just(Shape::Point),
        any::<f64>().prop_map(Shape::Circle),
        any::<(i32, i32)>().prop_map(|(x, y)| Shape::Line(x, y)),
        (any::<f32>(), prop::collection::vec(plain, 0..3))
            .prop_map(|(width, names)| Shape::Box { width, names }),
    ]
}

prop_compose! {
    fn everything()(
        (truth, small, large, huge, single, double) in any::<(bool, i8, u64, i128, f32, f64)>(),
        (letter, text, maybe, nested, has_marker) in any::<(char, String, Option<f64>, Option<Option<u8>>, bool)>(),
        (list, array, map, seconds, wrapped) in any::<(Vec<(u32, bool)>, [f64; 3], BTreeMap<i64, String>, u32, f32)>(),
        shapes in prop::collection::vec(shapes(), 0..4),
    ) -> Everything {
        Everything {
            truth, small, large, huge, single, double, letter, text, unit: (), maybe, nested,
            marker: has_marker.then_some(Marker),
            list, array, map,
            by_variant: BTreeMap::from([(Plain::First, 1), (Plain::Second, 2)]),
            shapes,
            time: Duration::from_nanos(seconds.into()),
            wrapped: Wrapped(wrapped),
        }
    }
}

proptest! {
    #[test]
    fn every_value_is_loaded_as_it_was(value in everything()) {
        let saved = SavedValue::of(&value).unwrap();
        let loaded: Everything = saved.clone().into_type().unwrap();
        // The text of a NaN is the same for each of its bits, so the saved values are compared as well.
        prop_assert_eq!(format!("{loaded:?}"), format!("{value:?}"));
        prop_assert_eq!(SavedValue::of(&loaded).unwrap().to_string(), saved.to_string());
    }

    #[test]
    fn every_value_survives_json(value in everything()) {
        let saved = SavedValue::of(&value).unwrap();
        let text = serde_json::to_string(&saved).unwrap();
        let read: SavedValue = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), text);
        prop_assert_eq!(read.to_string(), saved.to_string());
    }

    #[test]
    fn every_number_survives_json(bits in any::<u64>()) {
        let text = serde_json::to_string(&SavedValue::Float(f64::from_bits(bits))).unwrap();
        let read: SavedValue = serde_json::from_str(&text).unwrap();
        let SavedValue::Float(read) = read else { panic!("{text}") };
        prop_assert_eq!(read.to_bits(), bits);
    }

    #[test]
    fn a_number_keeps_its_bits(bits in any::<u64>(), small in any::<u32>()) {
        let (double, single) = (f64::from_bits(bits), f32::from_bits(small));
        let loaded: f64 = SavedValue::of(&double).unwrap().into_type().unwrap();
        prop_assert_eq!(loaded.to_bits(), double.to_bits());
        let loaded: f32 = SavedValue::of(&single).unwrap().into_type().unwrap();
        prop_assert_eq!(loaded.to_bits(), single.to_bits());
        let loaded: f32 = SavedValue::of(&f32::from_bits(small | 0x7f80_0001)).unwrap().into_type().unwrap();
        prop_assert_eq!(loaded.to_bits(), small | 0x7f80_0001, "a NaN");
    }
}

#[test]
fn none_and_a_some_of_nothing_are_two_values() {
    let values: [Option<Option<u8>>; 3] = [None, Some(None), Some(Some(3))];
    for value in values {
        assert_eq!(
            SavedValue::of(&value)
                .unwrap()
                .into_type::<Option<Option<u8>>>()
                .unwrap(),
            value
        );
    }
    assert_eq!(
        SavedValue::of(&Some(()))
            .unwrap()
            .into_type::<Option<()>>()
            .unwrap(),
        Some(())
    );
}

#[test]
fn an_error_says_what_was_found_and_what_was_expected() {
    let text = |saved: SavedValue| saved.into_type::<u8>().unwrap_err().to_string();
    assert_eq!(
        text(SavedValue::Text("three".into())),
        "invalid type: string \"three\", expected u8"
    );
    assert_eq!(
        text(SavedValue::Integer(-1)),
        "invalid value: integer `-1`, expected u8"
    );
    assert_eq!(
        text(SavedValue::Null),
        "invalid type: unit value, expected u8"
    );
    let misspelt = SavedValue::Text("Frist".into())
        .into_type::<Plain>()
        .unwrap_err();
    assert_eq!(
        misspelt.to_string(),
        "unknown variant `Frist`, expected `First` or `Second`"
    );
    let short = SavedValue::List(vec![SavedValue::Float(0.5)])
        .into_type::<[f64; 2]>()
        .unwrap_err();
    assert_eq!(
        short.to_string(),
        "invalid length 1, expected an array of length 2"
    );
    let long = SavedValue::List(vec![SavedValue::Null; 3])
        .into_type::<((), ())>()
        .unwrap_err();
    assert_eq!(
        long.to_string(),
        "invalid length 3, expected 2 elements in sequence"
    );
    let large = SavedValue::of(&u128::MAX).unwrap_err();
    assert!(large.to_string().ends_with("is too large; save it as text"));
}

#[test]
fn fields_are_renamed_replaced_and_taken() {
    let mut fields = SavedFields::default();
    fields.set("best", &0.5).unwrap();
    fields.set("looks", &3).unwrap();
    fields.set("best", &0.25).unwrap();
    assert!(fields.rename("best", "best_loss") && !fields.rename("best", "other"));
    assert_eq!(fields.take::<f64>("best_loss"), Ok(Some(0.25)));
    assert_eq!(fields.take::<f64>("best_loss"), Ok(None));
    assert!(fields.take::<String>("looks").is_err());
}

/// What a migration does with fields.
#[derive(Debug, Clone)]
enum Change {
    Insert(u8, i64),
    Remove(u8),
    Rename(u8, u8),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    // Few names beside many, so that there are long lists and fields that are found.
    let insert = || (0_u8..80, any::<i64>()).prop_map(|(name, value)| Change::Insert(name, value));
    let change = prop_oneof![
        insert(),
        insert(),
        (0_u8..80).prop_map(Change::Remove),
        (0_u8..80, 0_u8..80).prop_map(|(name, new)| Change::Rename(name, new)),
    ];
    prop::collection::vec(change, 0..300)
}

/// Fields as a list of pairs, which is searched from its begin.
#[derive(Default)]
struct Pairs(Vec<(String, SavedValue)>);

impl Pairs {
    fn insert(&mut self, name: &str, value: SavedValue) {
        match self.0.iter_mut().find(|(other, _)| other == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    fn remove(&mut self, name: &str) -> Option<SavedValue> {
        let place = self.0.iter().position(|(other, _)| other == name)?;
        Some(self.0.remove(place).1)
    }
}

proptest! {
    #[test]
    fn fields_keep_their_order_however_many_there_are(changes in changes()) {
        let (mut fields, mut pairs) = (SavedFields::default(), Pairs::default());
        for change in changes {
            match change {
                Change::Insert(name, value) => {
                    fields.insert(name.to_string(), SavedValue::Integer(value.into()));
                    pairs.insert(&name.to_string(), SavedValue::Integer(value.into()));
                }
                Change::Remove(name) => {
                    prop_assert_eq!(fields.remove(&name.to_string()), pairs.remove(&name.to_string()));
                }
                Change::Rename(name, new) => {
                    let removed = pairs.remove(&name.to_string());
                    prop_assert_eq!(fields.rename(&name.to_string(), new.to_string()), removed.is_some());
                    if let Some(value) = removed {
                        pairs.insert(&new.to_string(), value);
                    }
                }
            }
            prop_assert!(fields.names().eq(pairs.0.iter().map(|(name, _)| name.as_str())));
        }
        for name in 0..80_u8 {
            let pair = pairs.0.iter().find(|(other, _)| *other == name.to_string());
            prop_assert_eq!(fields.get(&name.to_string()), pair.map(|(_, value)| value));
        }
        prop_assert_eq!(&fields, &pairs.0.iter().cloned().collect::<SavedFields>());
        prop_assert_eq!(fields.into_value(), SavedValue::Map(pairs.0));
    }
}

#[test]
fn json_has_what_it_lacks_as_a_map_of_one_entry() {
    let text = |value: SavedValue| serde_json::to_string(&value).unwrap();
    let map = |name: &str, value| SavedValue::Map(vec![(name.to_owned(), value)]);
    assert_eq!(text(SavedValue::Float(f64::NAN)), r#"{"$float":"NaN"}"#);
    assert_eq!(
        text(SavedValue::Float(f64::NEG_INFINITY)),
        r#"{"$float":"-inf"}"#
    );
    assert_eq!(text(SavedValue::Float(-0.0)), "-0.0");
    assert_eq!(
        text(SavedValue::Bytes(vec![1, 254])),
        r#"{"$bytes":"01fe"}"#
    );
    assert_eq!(
        text(SavedValue::Integer(i128::MAX)),
        r#"{"$integer":"170141183460469231731687303715884105727"}"#
    );
    for name in [
        "$float", "$bytes", "$integer", "$numbers", "$tensor", "$map", "$other",
    ] {
        for value in [
            SavedValue::Text("NaN".into()),
            SavedValue::Null,
            map("$map", SavedValue::Null),
        ] {
            let value = map(name, value);
            assert_eq!(
                serde_json::from_str::<SavedValue>(&text(value.clone())).unwrap(),
                value
            );
        }
    }
    for wrong in [
        r#"{"$float":"three"}"#,
        r#"{"$bytes":"0"}"#,
        r#"{"$bytes":"0g"}"#,
        r#"{"$integer":1}"#,
        r#"{"$map":[[1]]}"#,
        r#"{"$numbers":1}"#,
        r#"{"$numbers":["F64",[2],{"$bytes":"00"}]}"#,
    ] {
        assert!(
            serde_json::from_str::<SavedValue>(wrong).is_err(),
            "{wrong}"
        );
    }
}
