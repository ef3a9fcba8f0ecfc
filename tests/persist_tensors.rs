//! Saved tensors: arrays of numbers come back to the bit, by the names that their function gives them, and any other array is refused with
//! both sides named.

use callbacks::persist::{ElementType, Fields, SavedFields, SavedRun, SavedTensor, SavedValue};
use callbacks::prelude::*;
use proptest::prelude::*;

breakpoints! { loop Relax { scope STEP { before_step; after_step; } } }

/// Two arrays and a number, one of the arrays inside of another value.
#[derive(Debug, Clone, Default)]
struct Net {
    weights: Vec<f32>,
    bias: f64,
    moments: Vec<Vec<f64>>,
}

fn persist(net: &mut Net, fields: &mut Fields<'_>) {
    fields.tensor("weights", &[net.weights.len()], &mut net.weights);
    fields.tensor("bias", &[], std::slice::from_mut(&mut net.bias));
    fields.nested("optimizer", |fields| {
        for (index, moments) in net.moments.iter_mut().enumerate() {
            fields.nested(&index.to_string(), |fields| {
                fields.tensor("", &[1, moments.len()], moments);
            });
        }
    });
}

/// Returns a plan that saves a net.
fn plan() -> Plan<Relax> {
    let mut plan = Plan::new();
    plan.persist_fields("net", persist);
    plan
}

/// Saves a net in a run of its own.
fn save(net: Net) -> SavedRun {
    let mut state = State::new();
    state.insert(net);
    let mut saved = SavedRun::default();
    let outcome = plan().run(&mut state, |run| {
        saved = run.save()?;
        Ok(())
    });
    assert!(outcome.unwrap().is_finished());
    saved
}

/// Loads a saved run into a net. The `Err` is the text of the failure.
fn load(saved: SavedRun, into: Net) -> Result<Net, String> {
    let mut state = State::new();
    state.insert(into);
    let outcome = plan().restore(saved).run(&mut state, |_| Ok(())).unwrap();
    match outcome.failed() {
        Some(failure) => Err(failure.to_string()),
        None => Ok(state.get::<Net>().unwrap().clone()),
    }
}

fn bits(net: &Net) -> (Vec<u32>, u64, Vec<Vec<u64>>) {
    let moments = net.moments.iter();
    (
        net.weights.iter().map(|x| x.to_bits()).collect(),
        net.bias.to_bits(),
        moments
            .map(|moments| moments.iter().map(|x| x.to_bits()).collect())
            .collect(),
    )
}

prop_compose! {
    fn nets()(
        weights in prop::collection::vec(any::<u32>(), 0..5),
        bias in any::<u64>(),
        moments in prop::collection::vec(prop::collection::vec(any::<u64>(), 0..3), 0..3),
    ) -> Net {
        Net {
            weights: weights.into_iter().map(f32::from_bits).collect(),
            bias: f64::from_bits(bias),
            moments: moments.into_iter().map(|each| each.into_iter().map(f64::from_bits).collect()).collect(),
        }
    }
}

proptest! {
    #[test]
    fn tensors_come_back_to_the_bit(net in nets()) {
        let shape = Net {
            weights: vec![0.0; net.weights.len()],
            bias: 0.0,
            moments: net.moments.iter().map(|each| vec![0.0; each.len()]).collect(),
        };
        let mut saved = save(net.clone());
        prop_assert_eq!(bits(&load(saved.clone(), shape.clone()).unwrap()), bits(&net));

        // As JSON, and with the tensors in a file of their own.
        let json = serde_json::to_string(&saved).unwrap();
        let read: SavedRun = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(bits(&load(read, shape.clone()).unwrap()), bits(&net));
        let tensors = saved.take_tensors();
        prop_assert_eq!(tensors.len(), 2 + net.moments.len());
        let json = serde_json::to_string(&saved).unwrap();
        let mut read: SavedRun = serde_json::from_str(&json).unwrap();
        read.put_tensors(tensors).unwrap();
        prop_assert_eq!(bits(&load(read, shape).unwrap()), bits(&net));
    }
}

#[test]
fn an_array_of_another_type_or_shape_is_refused_with_both_sides_named() {
    let net = |weights: usize, moments: usize| Net {
        weights: vec![1.0; weights],
        bias: 0.5,
        moments: vec![vec![2.0; moments]],
    };
    let failed = load(save(net(2, 3)), net(4, 3)).unwrap_err();
    assert!(failed.contains("`net.weights`"), "{failed}");
    assert!(
        failed.contains("F32 [2]") && failed.contains("F32 [4]"),
        "{failed}"
    );
    let failed = load(save(net(2, 3)), net(2, 1)).unwrap_err();
    assert!(failed.contains("`net.optimizer.0`"), "{failed}");
    let mut doubles = [0.0_f64; 2];
    let saved = SavedTensor::of(&[1.0_f32, 2.0], &[2]).unwrap();
    assert!(saved.read(&mut doubles, &[2]).is_err());
    assert!(saved.read(&mut [0.0_f32], &[2]).is_err());
}

#[test]
fn tensors_that_are_missing_or_unused_are_reported() {
    let net = |count| Net {
        moments: vec![vec![1.0]; count],
        ..Net::default()
    };
    let run = |saved: usize, loaded: usize| {
        let mut state = State::new();
        state.insert(net(loaded));
        let outcome = plan().restore(save(net(saved))).run(&mut state, |_| Ok(()));
        outcome.unwrap().to_string()
    };
    assert!(run(1, 2).contains("net.optimizer.1"), "{}", run(1, 2));
    assert!(run(2, 1).contains("net.optimizer.1"), "{}", run(2, 1));
    assert!(!run(1, 1).contains("optimizer"));
}

#[test]
fn names_are_listed_without_a_copy() {
    let mut net = Net {
        moments: vec![vec![]],
        ..Net::default()
    };
    let names = Fields::names(|fields| persist(&mut net, fields));
    assert_eq!(names, ["weights", "bias", "optimizer.0"]);
}

#[test]
fn a_saved_run_without_one_of_its_tensors_says_which() {
    let mut saved = save(Net::default());
    let mut tensors = saved.take_tensors();
    tensors.remove("state/net/bias");
    let error = saved.put_tensors(tensors).unwrap_err();
    assert_eq!(error.to_string(), "the tensor `state/net/bias` is missing");
}

#[test]
fn a_tensor_has_as_many_bytes_as_its_shape_says() {
    for element_type in ElementType::ALL {
        let bytes = |count: usize| vec![0; count * element_type.size()];
        assert!(SavedTensor::from_bytes(element_type, &[2, 3], bytes(6)).is_ok());
        assert!(SavedTensor::from_bytes(element_type, &[], bytes(1)).is_ok());
        assert!(SavedTensor::from_bytes(element_type, &[2, 3], bytes(5)).is_err());
        assert!(SavedTensor::from_bytes(element_type, &[usize::MAX, 8], bytes(8)).is_err());
        assert_eq!(
            ElementType::of_name(element_type.name()),
            Some(element_type)
        );
    }
}

#[test]
fn a_map_that_looks_like_a_tensor_stays_a_map() {
    let value = |text: &str| SavedValue::Text(text.to_owned());
    let map = SavedValue::Map(vec![("$tensor".to_owned(), value("name"))]);
    let fields: SavedFields = [("map".to_owned(), map.clone())].into_iter().collect();
    let json = serde_json::to_string(fields.get("map").unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<SavedValue>(&json).unwrap(), map);
}
