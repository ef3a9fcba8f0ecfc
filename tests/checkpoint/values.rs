//! Any run comes back as it was, and what would not come back is refused.

use crate::memory_disk::MemoryDisk;
use crate::nested::{self, Nested};
use crate::script::{DIRECTORY, directory};
use callbacks::checkpoint::{CheckpointProblem, FileSystem, NewCheckpoint};
use callbacks::persist::{ElementType, SavedRun, SavedTensor, SavedValue};
use proptest::prelude::*;
use safetensors::SafeTensors;
use std::path::Path;

/// Names as people and programs write them, and names that the format itself uses.
fn names() -> impl Strategy<Value = String> {
    let odd = [
        "",
        ".",
        "/",
        "a/b",
        "$tensor",
        "$numbers",
        "$map",
        "$float",
        "__metadata__",
        "gewicht_ß",
        "重み",
        "\"",
        "\\",
        "\n",
        "\u{0}",
        "🦀",
    ];
    prop_oneof![
        "[a-z]{1,3}",
        any::<String>(),
        prop::sample::select(odd.to_vec()).prop_map(str::to_owned),
    ]
}

fn tensors() -> impl Strategy<Value = SavedTensor> {
    let types = prop::sample::select(ElementType::ALL.as_slice());
    let shapes = prop::collection::vec(0_usize..4, 0..4);
    (types, shapes, any::<u64>()).prop_map(|(element_type, shape, seed)| {
        let size = shape.iter().product::<usize>() * element_type.size();
        let mut random = fastrand::Rng::with_seed(seed);
        let bytes = std::iter::repeat_with(|| random.u8(..))
            .take(size)
            .collect();
        SavedTensor::from_bytes(element_type, &shape, bytes).unwrap()
    })
}

fn values() -> impl Strategy<Value = SavedValue> {
    let leaf = prop_oneof![
        Just(SavedValue::Null),
        any::<bool>().prop_map(SavedValue::Bool),
        any::<i128>().prop_map(SavedValue::Integer),
        any::<i64>().prop_map(|number| SavedValue::Integer(number.into())),
        any::<u64>().prop_map(|bits| SavedValue::Float(f64::from_bits(bits))),
        any::<f64>().prop_map(SavedValue::Float),
        Just(SavedValue::Float(f64::NAN)),
        Just(SavedValue::Float(-0.0)),
        any::<String>().prop_map(SavedValue::Text),
        prop::collection::vec(any::<u8>(), 0..5).prop_map(SavedValue::Bytes),
        tensors().prop_map(SavedValue::Tensor),
        tensors().prop_map(SavedValue::Tensor),
        tensors().prop_map(SavedValue::Numbers),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(SavedValue::List),
            prop::collection::vec((names(), inner), 0..4).prop_map(SavedValue::Map),
        ]
    })
}

fn fields() -> impl Strategy<Value = SavedValue> {
    prop::collection::vec((names(), values()), 0..4).prop_map(SavedValue::Map)
}

fn map<const N: usize>(entries: [(&str, SavedValue); N]) -> SavedValue {
    SavedValue::Map(entries.map(|(name, value)| (name.to_owned(), value)).into())
}

fn text(text: &str) -> SavedValue {
    SavedValue::Text(text.to_owned())
}

/// Returns a run with values of the state and with callbacks.
fn run(state: Vec<(String, SavedValue)>, callbacks: Vec<(String, SavedValue)>) -> SavedRun {
    let callbacks = callbacks.into_iter().map(|(name, fields)| {
        let version = SavedValue::Integer(2);
        map([
            ("name", text(&name)),
            ("version", version),
            ("fields", fields),
        ])
    });
    let saved = map([
        ("layout", SavedValue::Integer(1)),
        ("loop", text("Fit")),
        ("scopes", SavedValue::List(vec![text("epoch")])),
        (
            "counters",
            map([
                ("Step", SavedValue::Integer(7)),
                ("Time", SavedValue::Float(0.1)),
            ]),
        ),
        ("callbacks", SavedValue::List(callbacks.collect())),
        ("state", SavedValue::Map(state)),
        ("periods", SavedValue::List(Vec::new())),
    ]);
    SavedRun::from_value(saved).unwrap()
}

fn runs() -> impl Strategy<Value = SavedRun> {
    let named = || prop::collection::vec((names(), fields()), 0..4);
    (named(), named()).prop_map(|(state, callbacks)| run(state, callbacks))
}

/// Returns a value with the bits of its numbers, because NaN does not equal itself.
fn bits(value: SavedValue) -> SavedValue {
    match value {
        SavedValue::Float(number) => text(&format!("{:x}", number.to_bits())),
        SavedValue::List(values) => SavedValue::List(values.into_iter().map(bits).collect()),
        SavedValue::Map(entries) => {
            let entries = entries.into_iter();
            SavedValue::Map(entries.map(|(name, value)| (name, bits(value))).collect())
        }
        other => other,
    }
}

fn checkpoint(saved: SavedRun) -> NewCheckpoint {
    NewCheckpoint {
        reason: "\"because\"\n".to_owned(),
        saved,
        ..NewCheckpoint::new("épreuve 1", "run-a", u64::MAX)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_run_comes_back_as_it_was(saved in runs(), numbers in prop::collection::btree_map(names(), any::<f64>(), 0..3)) {
        let disk = MemoryDisk::default();
        let checkpoints = directory(&disk);
        let mut new = checkpoint(saved.clone());
        new.numbers = numbers.clone();
        checkpoints.write(new.clone()).unwrap();

        let read = checkpoints.latest().unwrap().unwrap();
        prop_assert_eq!(bits(read.saved.to_value()), bits(saved.to_value()));
        let head = read.head;
        prop_assert_eq!((head.name, head.run_id, head.sequence), (new.name, new.run_id, new.sequence));
        prop_assert_eq!((head.reason, head.failed, head.loop_name.as_str()), (new.reason, new.failed, "Fit"));
        prop_assert_eq!(head.numbers, numbers);
    }

    #[test]
    fn a_typed_value_comes_back_as_it_was(value in nested::values()) {
        let fields = map([("x", SavedValue::of(&value).unwrap())]);
        let disk = MemoryDisk::default();
        let checkpoints = directory(&disk);
        checkpoints.write(checkpoint(run(vec![("value".to_owned(), fields)], Vec::new()))).unwrap();
        let read = checkpoints.latest().unwrap().unwrap();
        let fields = read.saved.state("value").unwrap();
        let read = fields.get("x").unwrap().clone().into_type::<Nested>().unwrap();
        prop_assert_eq!(read, value);
    }

    #[test]
    fn the_tensors_are_a_file_that_safetensors_reads(saved in runs()) {
        let disk = MemoryDisk::default();
        directory(&disk).write(checkpoint(saved.clone())).unwrap();
        let file = Path::new(DIRECTORY).join("épreuve 1/tensors.safetensors");
        let bytes = disk.read(&file).unwrap();
        let tensors = { saved }.take_tensors();
        let read = SafeTensors::deserialize(&bytes).unwrap();
        prop_assert_eq!(read.len(), tensors.len());
        for (name, tensor) in tensors {
            let view = read.tensor(&name).unwrap();
            prop_assert_eq!(format!("{:?}", view.dtype()), tensor.element_type().name());
            prop_assert_eq!((view.shape(), view.data()), (tensor.shape(), tensor.bytes()));
            let begin = view.data().as_ptr() as usize - bytes.as_ptr() as usize;
            prop_assert_eq!(begin % tensor.element_type().size(), 0, "aligned");
        }
    }
}

#[test]
fn numbers_that_json_lacks_come_back() {
    let disk = MemoryDisk::default();
    let mut new = checkpoint(SavedRun::default());
    new.numbers.insert("loss".to_owned(), f64::NAN);
    directory(&disk).write(new.clone()).unwrap();
    let read = directory(&disk).read(&new.name).unwrap();
    assert!(read.head.numbers["loss"].is_nan());
}

/// Returns a run with so many lists inside of each other.
fn nested(depth: usize) -> SavedRun {
    let lists = (0..depth).fold(SavedValue::Null, |inner, _| SavedValue::List(vec![inner]));
    run(
        vec![("deep".to_owned(), map([("lists", lists)]))],
        Vec::new(),
    )
}

#[test]
fn what_is_written_is_nested_as_deep_as_a_reader_accepts() {
    let (mut deepest, mut refused) = (0, 0);
    for depth in 100..140 {
        let disk = MemoryDisk::default();
        match directory(&disk).write(checkpoint(nested(depth))) {
            Ok(_) => {
                let read = directory(&disk).read("épreuve 1").unwrap();
                assert_eq!(read.saved, nested(depth));
                deepest = depth;
            }
            Err(error) => {
                assert!(
                    error.to_string().contains("expected at most 127"),
                    "{error}"
                );
                assert!(disk.list(DIRECTORY.as_ref()).unwrap().is_empty());
                refused += 1;
            }
        }
    }
    assert!(deepest > 110 && refused > 10, "{deepest}, {refused}");
}

#[test]
fn a_run_without_its_tensors_is_refused() {
    let weights = SavedTensor::of(&[1.0_f32], &[1]).unwrap();
    for value in [
        SavedValue::Tensor(weights.clone()),
        SavedValue::Numbers(weights),
    ] {
        let fields = map([("weights", value)]);
        let mut saved = run(vec![("Learner".to_owned(), fields)], Vec::new());
        saved.take_tensors();
        let disk = MemoryDisk::default();
        let error = directory(&disk).write(checkpoint(saved)).unwrap_err();
        let is_named = matches!(error.problem(), CheckpointProblem::Value { key, .. } if key == "state/Learner/weights");
        assert!(is_named, "{error}");
    }
}

#[test]
fn names_that_are_no_names_of_folders_are_refused() {
    let disk = MemoryDisk::default();
    let long = "a".repeat(129);
    for name in [
        "", ".", "..", ".hidden", "a/b", "a\\b", "a\0", "a.", "a ", "latest", "Latest", "c:", "*",
        &long,
    ] {
        let error = directory(&disk)
            .write(NewCheckpoint::new(name, "run-a", 1))
            .unwrap_err();
        assert!(
            matches!(error.problem(), CheckpointProblem::Name { .. }),
            "{error}"
        );
        let error = directory(&disk).remove(name, "run-a").unwrap_err();
        assert!(
            matches!(error.problem(), CheckpointProblem::Name { .. }),
            "{error}"
        );
        let error = directory(&disk).read(name).unwrap_err();
        assert!(
            matches!(error.problem(), CheckpointProblem::Name { .. }),
            "{error}"
        );
    }
    for run_id in ["", "a.b", "a/b", "é", &long] {
        let error = directory(&disk)
            .write(NewCheckpoint::new("one", run_id, 1))
            .unwrap_err();
        assert!(
            matches!(error.problem(), CheckpointProblem::RunId { .. }),
            "{error}"
        );
    }
    let longest = "a".repeat(128);
    directory(&disk)
        .write(NewCheckpoint::new(&longest, "a".repeat(64), 1))
        .unwrap();
    directory(&disk)
        .write(NewCheckpoint::new(&longest, "a".repeat(64), 2))
        .unwrap();
}
