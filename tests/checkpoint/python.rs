//! Python reads checkpoints with `json`, `zlib` and `safetensors`.
//!
//! `.ci/checkpoint_python` sets `CALLBACKS_PYTHON`, the interpreter with these packages. Without it the test does nothing.

use crate::disk::Folder;
use callbacks::checkpoint::{CheckpointDir, NewCheckpoint};
use callbacks::persist::{ElementType, SavedRun, SavedTensor, SavedValue};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// The names of the types in numpy. It has none for `BF16`.
const TYPES: [(ElementType, &str); 12] = [
    (ElementType::F64, "float64"),
    (ElementType::F32, "float32"),
    (ElementType::F16, "float16"),
    (ElementType::I64, "int64"),
    (ElementType::I32, "int32"),
    (ElementType::I16, "int16"),
    (ElementType::I8, "int8"),
    (ElementType::U64, "uint64"),
    (ElementType::U32, "uint32"),
    (ElementType::U16, "uint16"),
    (ElementType::U8, "uint8"),
    (ElementType::Bool, "bool"),
];

/// Returns a tensor of each type, whose bytes are counted, with a name that is not plain.
fn tensors() -> Vec<(String, SavedTensor)> {
    let tensors = TYPES.iter().map(|(element_type, name)| {
        let limit = if *element_type == ElementType::Bool {
            2
        } else {
            u8::MAX
        };
        let bytes = (0_u8..)
            .map(|byte| byte % limit)
            .take(6 * element_type.size());
        let tensor = SavedTensor::from_bytes(*element_type, &[2, 3], bytes.collect());
        (format!("{name}/重み"), tensor.unwrap())
    });
    let empty = SavedTensor::of::<f32>(&[], &[0, 4]).unwrap();
    tensors.chain([("empty".to_owned(), empty)]).collect()
}

fn run() -> SavedRun {
    let fields = tensors().into_iter();
    let fields = fields.map(|(name, tensor)| (name, SavedValue::Tensor(tensor)));
    let mut saved = SavedRun::default().to_value();
    if let SavedValue::Map(entries) = &mut saved {
        for (name, value) in entries {
            if name == "state" {
                let fields = SavedValue::Map(fields.clone().collect());
                *value = SavedValue::Map(vec![("Learner".to_owned(), fields)]);
            }
        }
    }
    SavedRun::from_value(saved).unwrap()
}

/// Runs the program, and returns what it prints.
fn read_with(python: &str, directory: &Path) -> Value {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/checkpoint/read.py");
    let output = Command::new(python)
        .arg(script)
        .arg(directory)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn python_reads_a_checkpoint() {
    let Ok(python) = std::env::var("CALLBACKS_PYTHON") else {
        return;
    };
    let folder = Folder::new("python");
    let mut new = NewCheckpoint::new("épreuve 1", "run-a", 7);
    new.numbers.insert("valid_loss".to_owned(), 0.1);
    new.saved = run();
    CheckpointDir::new(&folder.0).write(new).unwrap();

    let read = read_with(&python, &folder.0);
    assert_eq!(read["manifest"]["name"], "épreuve 1");
    assert_eq!(read["manifest"]["numbers"]["valid_loss"], 0.1);
    let found = read["tensors"].as_object().unwrap();
    assert_eq!(found.len(), TYPES.len() + 1);
    for ((name, tensor), (_, numpy)) in tensors().iter().zip(TYPES) {
        // The script prints the bytes in hexadecimal digits.
        let bytes: Vec<_> = tensor
            .bytes()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let expected = serde_json::json!([numpy, [2, 3], bytes.concat()]);
        assert_eq!(found[&format!("state/Learner/{name}")], expected);
    }
    assert_eq!(
        found["state/Learner/empty"],
        serde_json::json!(["float32", [0, 4], ""])
    );

    // A run without tensors has a file that Python reads, too.
    CheckpointDir::new(&folder.0)
        .write(NewCheckpoint::new("empty", "run-a", 8))
        .unwrap();
    let read = read_with(&python, &folder.0);
    assert!(read["tensors"].as_object().unwrap().is_empty());
}
