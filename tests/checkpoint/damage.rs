//! Bytes that are changed or missing: an error names the file, and never is there another value.

use crate::memory_disk::MemoryDisk;
use crate::script::{DIRECTORY, checkpoint, directory};
use callbacks::checkpoint::{
    CheckpointDir, CheckpointError, CheckpointProblem, FileSystem, SavedCheckpoint,
};
use std::path::{Path, PathBuf};

const FILES: [&str; 2] = ["manifest.json", "tensors.safetensors"];

fn path(name: &str, file: &str) -> PathBuf {
    Path::new(DIRECTORY).join(name).join(file)
}

/// Writes two checkpoints.
fn disk() -> MemoryDisk {
    let disk = MemoryDisk::default();
    directory(&disk).write(checkpoint("one", 1)).unwrap();
    directory(&disk).write(checkpoint("two", 2)).unwrap();
    disk
}

/// Replaces the content of a file.
fn put(disk: &MemoryDisk, path: &Path, bytes: &[u8]) {
    let _ = disk.remove_file(path);
    disk.create_file(path).unwrap().write_all(bytes).unwrap();
}

/// Reads the latest checkpoint, whose file was changed, and checks that the error names the file and the checkpoint before it.
fn refused(checkpoints: &CheckpointDir, file: &Path) -> CheckpointError {
    let error = checkpoints.latest().unwrap_err();
    assert_eq!(error.path(), file, "{error}");
    assert!(
        error.to_string().contains(&*file.to_string_lossy()),
        "{error}"
    );
    let newest = Path::new(DIRECTORY).join("one");
    assert_eq!(error.newest(), Some(newest.as_path()), "{error}");
    error
}

#[test]
fn a_file_that_is_cut_is_refused() {
    for file in FILES {
        let disk = disk();
        let file = path("two", file);
        let whole = disk.read(&file).unwrap();
        for length in 0..whole.len() {
            put(&disk, &file, &whole[..length]);
            refused(&directory(&disk), &file);
        }
        put(&disk, &file, &[whole.as_slice(), b"\n"].concat());
        refused(&directory(&disk), &file);
    }
}

#[test]
fn a_byte_that_is_changed_is_refused() {
    for file in FILES {
        let disk = disk();
        let file = path("two", file);
        let whole = disk.read(&file).unwrap();
        for at in 0..whole.len() {
            for change in [1, 0x20, 0x80, 0xff] {
                let mut changed = whole.clone();
                changed[at] ^= change;
                put(&disk, &file, &changed);
                refused(&directory(&disk), &file);
            }
        }
    }
}

#[test]
fn a_file_that_is_missing_is_refused() {
    for file in FILES {
        let disk = disk();
        let file = path("two", file);
        disk.remove_file(&file).unwrap();
        let error = refused(&directory(&disk), &file);
        assert!(
            matches!(error.problem(), CheckpointProblem::Missing),
            "{error}"
        );
    }
}

#[test]
fn a_pointer_that_is_changed_names_no_other_file() {
    let disk = disk();
    let file = Path::new(DIRECTORY).join("latest");
    let whole = disk.read(&file).unwrap();
    let read = |bytes: &[u8]| {
        put(&disk, &file, bytes);
        directory(&disk).latest()
    };
    let check = |read: Result<Option<SavedCheckpoint>, CheckpointError>| match read {
        Ok(read) => assert_eq!(read.unwrap().head.name, "two"),
        Err(error) => {
            assert!(error.path().starts_with(DIRECTORY), "{error}");
            assert!(error.newest().is_some(), "{error}");
        }
    };
    for at in 0..whole.len() {
        check(read(&whole[..at]));
        for change in 1..=0xff {
            let mut changed = whole.clone();
            changed[at] ^= change;
            check(read(&changed));
        }
    }
    for other in ["../one", "/etc", "latest", ""] {
        let error = read(other.as_bytes()).unwrap_err();
        assert_eq!(error.path(), file, "{error}");
    }
    // People can write it.
    assert_eq!(read(b"one").unwrap().unwrap().head.name, "one");
}

/// Replaces a text in the manifest, and the CRC-32 if it is to fit.
fn edit(disk: &MemoryDisk, from: &str, to: &str, fits: bool) -> CheckpointError {
    let file = path("two", "manifest.json");
    let text = String::from_utf8(disk.read(&file).unwrap()).unwrap();
    assert!(text.contains(from), "{text}");
    let mut text = text.replacen(from, to, 1);
    if fits {
        let body = text.splitn(3, '\n').nth(2).unwrap();
        let crc = format!("{:08x}", crc32fast::hash(body.as_bytes()));
        text.replace_range(14..22, &crc);
    }
    put(disk, &file, text.as_bytes());
    refused(&directory(disk), &file)
}

#[test]
fn a_manifest_that_was_edited_is_refused() {
    let error = edit(&disk(), "\"sequence\": 2", "\"sequence\": 3", false);
    assert!(
        matches!(error.problem(), CheckpointProblem::Checksum { .. }),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .contains("it was changed after it was written")
    );
}

#[test]
fn a_newer_format_is_refused_as_such() {
    let error = edit(&disk(), "\"version\": 1", "\"version\": 2", true);
    let is_newer = matches!(
        error.problem(),
        CheckpointProblem::Newer {
            found: 2,
            expected: 1
        }
    );
    assert!(is_newer, "{error}");
    assert!(
        error
            .to_string()
            .contains("use the version of `callbacks` that wrote it")
    );

    let error = edit(&disk(), "\"layout\": 1", "\"layout\": 2", true);
    assert!(
        error.to_string().contains("use the version that saved it"),
        "{error}"
    );
}

#[test]
fn values_of_other_kinds_are_refused_with_their_keys() {
    let edits = [
        ("\"sequence\": 2", "\"sequence\": -2", "sequence"),
        ("\"failed\": false", "\"failed\": 0", "failed"),
        ("\"reason\": \"\"", "\"reazon\": \"\"", "reason"),
        (
            "\"numbers\": {}",
            "\"numbers\": {\"a\": \"b\"}",
            "numbers.a",
        ),
        (
            "\"files\": {",
            "\"files\": {}, \"was\": {",
            "files.tensors.safetensors",
        ),
        (
            "\"size\": ",
            "\"size\": -",
            "files.tensors.safetensors.size",
        ),
        ("\"saved\": {", "\"saved\": {}, \"was\": {", "saved"),
    ];
    for (from, to, key) in edits {
        let error = edit(&disk(), from, to, true);
        let is_named =
            matches!(error.problem(), CheckpointProblem::Value { key: found, .. } if found == key);
        assert!(is_named, "{error}");
        assert!(
            error.to_string().contains(&format!("`{key}`: found ")),
            "{error}"
        );
    }
    let error = edit(&disk(), "callbacks checkpoint", "other", true);
    assert!(
        matches!(error.problem(), CheckpointProblem::Foreign { .. }),
        "{error}"
    );
}

#[test]
fn a_manifest_of_something_else_is_refused() {
    for foreign in [
        "",
        "{}",
        "null",
        "[1, 2]",
        "{\"crc32\": 7}",
        "\u{feff}{}",
        "PK\u{3}\u{4}",
    ] {
        let disk = disk();
        let file = path("two", "manifest.json");
        put(&disk, &file, foreign.as_bytes());
        let error = refused(&directory(&disk), &file);
        assert!(
            matches!(error.problem(), CheckpointProblem::Foreign { .. }),
            "{error}"
        );
    }
}

/// Replaces the tensors, and their size and CRC-32 in the manifest.
fn with_tensors(bytes: &[u8]) -> CheckpointError {
    let disk = disk();
    let file = path("two", "tensors.safetensors");
    let whole = disk.read(&file).unwrap();
    put(&disk, &file, bytes);
    let record = |bytes: &[u8]| {
        let crc = crc32fast::hash(bytes);
        format!("\"size\": {},\n      \"crc32\": \"{crc:08x}\"", bytes.len())
    };
    let manifest = path("two", "manifest.json");
    let text = String::from_utf8(disk.read(&manifest).unwrap()).unwrap();
    let mut text = text.replace(&record(&whole), &record(bytes));
    let body = text.splitn(3, '\n').nth(2).unwrap();
    let crc = format!("{:08x}", crc32fast::hash(body.as_bytes()));
    text.replace_range(14..22, &crc);
    put(&disk, &manifest, text.as_bytes());
    refused(&directory(&disk), &file)
}

#[test]
fn tensors_that_fit_the_manifest_and_are_none_are_refused() {
    let file = |header: &str, data: &[u8]| {
        let length = (header.len() as u64).to_le_bytes();
        [&length, header.as_bytes(), data].concat()
    };
    let huge = usize::MAX - 8;
    let header =
        format!("{{\"a\":{{\"dtype\":\"U8\",\"shape\":[{huge}],\"data_offsets\":[0,{huge}]}}}}");
    let mut contents = vec![
        Vec::new(),
        vec![0; 7],
        vec![0xff; 20],
        file("{", b""),
        file("[]", b""),
    ];
    contents.push(file("{}", b"rest"));
    contents.push(file("{}", b""));
    contents.push(file(&header, b""));
    let whole = disk().read(&path("two", "tensors.safetensors")).unwrap();
    contents.push([whole.as_slice(), b"rest"].concat());
    let bool = "{\"a\":{\"dtype\":\"BOOL\",\"shape\":[1],\"data_offsets\":[0,1]}}";
    contents.push(file(bool, b"1"));
    for bytes in contents {
        let error = with_tensors(&bytes);
        let is_typed = matches!(
            error.problem(),
            CheckpointProblem::Foreign { .. }
                | CheckpointProblem::Size { .. }
                | CheckpointProblem::Value { .. }
        );
        assert!(is_typed, "{error}");
    }
}
