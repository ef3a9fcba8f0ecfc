//! What a run has left in its folder: its result, its files and its checkpoints.

use callbacks::checkpoint::CheckpointDir;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// All files below a folder with their bytes. The manifests have the id of the run, which is random: the saved run stands for them.
pub(crate) fn contents(folder: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for name in ["result", "epochs.csv", "epochs.jsonl"] {
        all.insert(
            name.to_owned(),
            fs::read_to_string(folder.join(name)).unwrap(),
        );
    }
    let dir = CheckpointDir::new(folder.join("checkpoints"));
    let listing = dir.list().unwrap();
    assert!(listing.skipped.is_empty(), "{:?}", listing.skipped);
    for each in &listing.complete {
        let read = dir.read(&each.head.name).unwrap();
        let run_id = &read.head.run_id;
        let saved =
            format!("{:?} {:?}", read.head.numbers, read.saved).replace(run_id.as_str(), "run");
        all.insert(each.head.name.clone(), saved);
    }
    let latest = dir.latest().unwrap().unwrap();
    all.insert("latest".to_owned(), latest.head.name);
    let names = fs::read_dir(dir.path()).unwrap();
    let names: Vec<_> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(
        names.len(),
        listing.complete.len() + 1,
        "stray files: {names:?}"
    );
    all
}

/// Asserts that a run has left what another one has.
pub(crate) fn assert_same(
    found: &BTreeMap<String, String>,
    expected: &BTreeMap<String, String>,
    place: &str,
) {
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(found), names(expected), "{place}");
    for (name, content) in found {
        assert!(
            *content == expected[name],
            "{place}, {name}: {}",
            difference(content, &expected[name])
        );
    }
}

/// Both texts, from a little before the place where they differ.
fn difference(found: &str, expected: &str) -> String {
    let same = found
        .bytes()
        .zip(expected.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    let around = |text: &str| {
        let from = same.saturating_sub(80);
        text.chars().skip(from).take(160).collect::<String>()
    };
    format!(
        "\n  found    …{}…\n  expected …{}…",
        around(found),
        around(expected)
    )
}
