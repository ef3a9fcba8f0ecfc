//! Sequences of numbers: many numbers of one type are saved as an array, and every sequence is loaded as it was, to the last bit.

#![allow(clippy::float_cmp, reason = "numbers to the last bit")]

mod support {
    pub(crate) mod nested;
}

use callbacks::persist::{ElementType, SavedFields, SavedRun, SavedTensor, SavedValue};
use callbacks::prelude::*;
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Debug;
use support::nested::{self, Nested};

breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }

proptest! {
    #[test]
    fn every_sequence_is_loaded_as_it_was(value in nested::values()) {
        let saved = SavedValue::of(&value).unwrap();
        prop_assert_eq!(saved.clone().into_type::<Nested>().unwrap(), value.clone());

        // As JSON, and as a value that is saved itself.
        let json = serde_json::to_string(&saved).unwrap();
        let read: SavedValue = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(read.into_type::<Nested>().unwrap(), value.clone());
        let saved: SavedValue = SavedValue::of(&saved).unwrap().into_type().unwrap();
        prop_assert_eq!(saved.into_type::<Nested>().unwrap(), value);
    }

    #[test]
    fn sequences_are_taken_out_of_a_run_and_put_back(value in nested::values()) {
        let mut saved = run_with(&value);
        let whole = saved.clone();
        let tensors = saved.take_tensors();
        let json = serde_json::to_string(&saved).unwrap();
        prop_assert!(!json.contains("$bytes"), "every array is taken: {}", json);
        let mut read: SavedRun = serde_json::from_str(&json).unwrap();
        read.put_tensors(tensors).unwrap();
        let load = |saved: &SavedRun| {
            let fields = saved.state("value").unwrap();
            fields.get("x").unwrap().clone().into_type::<Nested>().unwrap()
        };
        prop_assert_eq!(load(&read), value.clone());
        prop_assert_eq!(load(&whole), value);
    }
}

/// Returns a run that was saved with this value as a field of its state.
fn run_with<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static>(
    value: &T,
) -> SavedRun {
    let mut plan = Plan::<Relax>::new();
    plan.persist_fields("value", |value: &mut T, fields| fields.field("x", value));
    let mut state = State::new();
    state.insert(value.clone());
    let mut saved = SavedRun::default();
    let outcome = plan.run(&mut state, |run| {
        saved = run.save()?;
        Ok(())
    });
    assert!(outcome.unwrap().is_finished());
    saved
}

/// Checks how a value is saved, and that it is loaded as it was.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, expected: &str) {
    let saved = SavedValue::of(value).unwrap();
    let text = saved.to_string();
    assert!(text.starts_with(expected), "{text} and not {expected}");
    assert_eq!(&saved.into_type::<T>().unwrap(), value);
}

#[test]
fn many_numbers_of_one_type_are_an_array() {
    check(&vec![0.5; 32], "F64 [32]");
    check(&vec![0.5_f32; 32], "F32 [32]");
    check(&vec![-1_i8; 32], "I8 [32]");
    check(&vec![-1_i16; 32], "I16 [32]");
    check(&vec![-1_i32; 32], "I32 [32]");
    check(&vec![-1_i64; 32], "I64 [32]");
    check(&vec![1_u8; 32], "U8 [32]");
    check(&vec![1_u16; 32], "U16 [32]");
    check(&vec![1_u32; 32], "U32 [32]");
    check(&vec![u64::MAX; 32], "U64 [32]");
    check(&vec![true; 32], "BOOL [32]");
    check(&[0.5; 32], "F64 [32]");
    check(&vec![[0.5; 3]; 11], "F64 [11, 3]");
    check(&vec![(1_u8, 2_u8); 16], "U8 [16, 2]");
    check(&vec![vec![vec![1; 2]; 4]; 4], "I32 [4, 4, 2]");
    check(&vec![Some(0.5); 32], "F64 [32]");
    check(&Some(vec![0.5; 32]), "F64 [32]");
}

#[test]
fn few_numbers_and_numbers_of_several_types_are_a_list() {
    check(&vec![0.5; 31], "[0.5, 0.5");
    check(&vec![[0.5; 3]; 10], "[[0.5, 0.5");
    check(&vec![(1_u8, 2_u16); 40], "[[1, 2], [1, 2]");
    check(&vec![1_i128; 40], "[1, 1");
    check(&vec!['a'; 40], "[\"a\", \"a\"");
    check(&Vec::<f64>::new(), "[]");
    check(&vec![Vec::<f64>::new(); 40], "[[], []");
    for place in [0, 1, 20, 39] {
        let mut numbers = vec![Some(0.5); 40];
        numbers[place] = None;
        check(&numbers, "[");
        // Rows of several lengths are a list of arrays.
        let mut rows = vec![vec![0.5; 40]; 40];
        rows[place].push(1.5);
        check(&rows, "[F64 [4");
    }
}

/// The kinds of types that `serde` reads without knowing what comes next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(f64),
    Numbers(Vec<f64>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Weights { numbers: Vec<f32>, bias: f64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Flat {
    count: u64,
    #[serde(flatten)]
    columns: BTreeMap<String, Vec<f64>>,
}

#[test]
fn arrays_are_sequences_for_types_that_look_before_they_read() {
    check(&Untagged::Numbers(vec![0.5; 40]), "F64 [40]");
    check(&Untagged::Number(0.5), "0.5");
    let weights = Tagged::Weights {
        numbers: vec![0.5; 40],
        bias: 1.0,
    };
    check(&weights, "{\"kind\"");
    let columns = BTreeMap::from([("x".to_owned(), vec![0.5; 40])]);
    check(&Flat { count: 3, columns }, "{\"count\"");
    check(&serde_json::json!([0.5, 1.5, 2.5]), "[0.5");
}

#[test]
fn an_array_is_loaded_into_another_type_of_numbers_as_a_list_is() {
    let saved = SavedValue::of(&vec![7_u64; 40]).unwrap();
    assert_eq!(saved.clone().into_type::<Vec<u8>>(), Ok(vec![7; 40]));
    assert_eq!(saved.clone().into_type::<Vec<f64>>(), Ok(vec![7.0; 40]));
    let large = SavedValue::of(&vec![300_u16; 40]).unwrap();
    let error = large.into_type::<Vec<i8>>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid value: integer `300`, expected i8"
    );
    let error = saved.clone().into_type::<[u64; 32]>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid length 40, expected 32 elements in sequence"
    );
    let error = saved.into_type::<String>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "invalid type: sequence, expected a string"
    );
}

#[test]
fn a_tensor_is_loaded_as_a_sequence_and_stays_a_tensor_as_a_saved_value() {
    let tensor = SavedTensor::of(&[0.5, 1.5, 2.5, 3.5], &[2, 2]).unwrap();
    let saved = SavedValue::Tensor(tensor);
    let rows = saved.clone().into_type::<Vec<[f64; 2]>>();
    assert_eq!(rows, Ok(vec![[0.5, 1.5], [2.5, 3.5]]));
    assert_eq!(saved.clone().into_type::<SavedValue>(), Ok(saved));

    let half = SavedTensor::from_bytes(ElementType::F16, &[1], vec![0; 2]).unwrap();
    let error = SavedValue::Tensor(half)
        .into_type::<Vec<f32>>()
        .unwrap_err();
    assert!(error.to_string().contains("16 bits"), "{error}");
    // A shape that says much of nothing takes no memory.
    let nothing = SavedTensor::from_bytes(ElementType::F64, &[1 << 40, 0], vec![]).unwrap();
    let error = SavedValue::Numbers(nothing).into_type::<Vec<Vec<f64>>>();
    assert!(error.unwrap_err().to_string().contains("without elements"));
    let empty = SavedTensor::of::<f64>(&[], &[0]).unwrap();
    assert_eq!(
        SavedValue::Tensor(empty).into_type::<Vec<f64>>(),
        Ok(vec![])
    );
}

/// Says that it is longer than it is.
struct Liar(Vec<f64>);

impl Serialize for Liar {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut list = to.serialize_seq(Some(usize::MAX))?;
        for number in &self.0 {
            list.serialize_element(number)?;
        }
        list.end()
    }
}

#[test]
fn a_sequence_may_say_that_it_is_longer_than_it_is() {
    let saved = SavedValue::of(&Liar(vec![0.5; 40])).unwrap();
    assert_eq!(saved.into_type::<Vec<f64>>(), Ok(vec![0.5; 40]));
}

#[test]
fn the_name_of_an_array_says_where_it_is() {
    type Deep = Vec<(String, BTreeMap<String, Option<Vec<f64>>>)>;
    let deep: Deep = vec![
        ("first".to_owned(), BTreeMap::new()),
        (
            "second".to_owned(),
            BTreeMap::from([
                ("a".to_owned(), Some(vec![0.5; 40])),
                ("a.b".to_owned(), Some(vec![1.5; 40])),
            ]),
        ),
    ];
    let mut saved = run_with(&deep);
    let names: Vec<String> = saved.take_tensors().into_keys().collect();
    assert_eq!(names, ["state/value/x.1.1.a", "state/value/x.1.1.a.b"]);

    // Two places with one path have two names.
    let inside = BTreeMap::from([("b".to_owned(), vec![0.5; 40])]);
    let mut fields = SavedFields::default();
    fields.set("a", &inside).unwrap();
    fields.set("a.b", &vec![1.5; 40]).unwrap();
    let state = SavedValue::Map(vec![("value".to_owned(), fields.into_value())]);
    let mut saved = with_state(&state);
    let names: Vec<String> = saved.take_tensors().into_keys().collect();
    assert_eq!(names, ["state/value/a.b", "state/value/a.b#2"]);
}

/// Returns a saved run with this state.
fn with_state(state: &SavedValue) -> SavedRun {
    let SavedValue::Map(mut entries) = SavedRun::default().to_value() else {
        panic!("a run is a map");
    };
    for (name, value) in &mut entries {
        if name == "state" {
            *value = state.clone();
        }
    }
    SavedRun::from_value(SavedValue::Map(entries)).unwrap()
}
