//! The manifest: JSON whose second line has the CRC-32 of all bytes after it.

use super::contents::CheckpointHead;
use super::error::CheckpointProblem;
use super::names::TENSORS;
use callback_runtime::persist::{SavedFields, SavedRun, SavedValue};
use serde_core::de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor};
use serde_core::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

/// What the manifest is, for those who find it.
const FORMAT: &str = "callbacks checkpoint";
/// The version of the format. It changes when a program of an earlier version could not read it.
const VERSION: u64 = 1;
/// The bytes before and after the digits of the CRC-32. They are the same in every version.
const BEGIN: &[u8] = b"{\n  \"crc32\": \"";
const END: &[u8] = b"\",\n";
const DIGITS: usize = 8;
/// The lists and maps inside of each other that `serde_json` reads.
const MOST_NESTED: usize = 127;

/// What a manifest has that was read.
pub(super) struct Manifest {
    pub(super) head: CheckpointHead,
    /// What the file of the tensors must have.
    pub(super) tensors: FileRecord,
    /// The run, with the names of its tensors.
    pub(super) saved: SavedRun,
}

/// What a file must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileRecord {
    pub(super) size: u64,
    pub(super) crc32: u32,
}

impl FileRecord {
    /// Compares a file's bytes with the record.
    pub(super) fn check(self, bytes: &[u8]) -> Result<(), CheckpointProblem> {
        self.check_size(bytes.len() as u64)?;
        check_crc(crc32fast::hash(bytes), self.crc32)
    }

    pub(super) fn check_size(self, found: u64) -> Result<(), CheckpointProblem> {
        if found == self.size {
            return Ok(());
        }
        let expected = self.size;
        Err(CheckpointProblem::Size { found, expected })
    }
}

fn check_crc(found: u32, expected: u32) -> Result<(), CheckpointProblem> {
    if found == expected {
        return Ok(());
    }
    Err(CheckpointProblem::Checksum { found, expected })
}

/// Returns the bytes of the file. `saved` is the run, with the names of its tensors.
pub(super) fn encode(
    head: &CheckpointHead,
    tensors: FileRecord,
    saved: SavedValue,
) -> Result<Vec<u8>, CheckpointProblem> {
    let json = serde_json::to_vec_pretty(&to_value(head, tensors, saved));
    let json = json
        .map_err(|error| value_problem("saved", "a run that JSON can have", error.to_string()))?;
    check_nesting(&json)?;
    // The CRC-32 stands before the first entry.
    let body = json.strip_prefix(b"{\n").unwrap_or(&json);
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(body);
    hasher.update(b"\n");
    let digits = format!("{:08x}", hasher.finalize());
    Ok([BEGIN, digits.as_bytes(), END, body, b"\n"].concat())
}

fn to_value(head: &CheckpointHead, tensors: FileRecord, saved: SavedValue) -> SavedValue {
    let numbers = head.numbers.iter();
    let numbers = numbers.map(|(name, number)| (name.clone(), SavedValue::Float(*number)));
    let crc32 = SavedValue::Text(format!("{:08x}", tensors.crc32));
    let record = map([("size", whole(tensors.size)), ("crc32", crc32)]);
    map([
        ("format", text(FORMAT)),
        ("version", whole(VERSION)),
        ("crate_version", text(&head.crate_version)),
        ("name", text(&head.name)),
        ("run", text(&head.run_id)),
        ("sequence", whole(head.sequence)),
        ("loop", text(&head.loop_name)),
        ("reason", text(&head.reason)),
        ("failed", SavedValue::Bool(head.failed)),
        ("numbers", SavedValue::Map(numbers.collect())),
        ("files", map([(TENSORS, record)])),
        ("saved", saved),
    ])
}

impl Manifest {
    /// Reads the bytes of the file.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, CheckpointProblem> {
        let mut entries = read_entries::<SavedValue>(bytes)?;
        let saved = entries.take("saved", "a run", Some)?;
        Ok(Self {
            tensors: read_record(&mut entries)?,
            saved: read_saved(saved)?,
            head: read_head(&mut entries)?,
        })
    }
}

/// Reads what a manifest says of its checkpoint, and what the file of the tensors must have. The run is skipped, which may be large.
pub(super) fn decode_head(bytes: &[u8]) -> Result<(CheckpointHead, FileRecord), CheckpointProblem> {
    let mut entries = read_entries::<WithoutRun>(bytes)?;
    let tensors = read_record(&mut entries)?;
    Ok((read_head(&mut entries)?, tensors))
}

/// Verifies the bytes of a manifest, and reads its entries, if this program knows the format.
fn read_entries<T: DeserializeOwned + Into<SavedValue>>(
    bytes: &[u8],
) -> Result<Entries, CheckpointProblem> {
    check_bytes(bytes)?;
    let value: T = serde_json::from_slice(bytes)
        .map_err(|error| value_problem("{", "JSON", error.to_string()))?;
    let mut entries = Entries::of("", value.into())?;
    let format = entries.text("format")?;
    if format != FORMAT {
        return Err(CheckpointProblem::Foreign {
            found: format!("the `format` {format:?}"),
            expected: "the `format` \"callbacks checkpoint\"",
        });
    }
    let version = entries.whole("version")?;
    if version > VERSION {
        return Err(CheckpointProblem::Newer {
            found: version,
            expected: VERSION,
        });
    }
    Ok(entries)
}

/// The entries of a manifest but for the run, which is read past.
struct WithoutRun(Vec<(String, SavedValue)>);

impl From<WithoutRun> for SavedValue {
    fn from(WithoutRun(entries): WithoutRun) -> Self {
        Self::Map(entries)
    }
}

impl<'de> Deserialize<'de> for WithoutRun {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(ReadWithoutRun)
    }
}

struct ReadWithoutRun;

impl<'de> Visitor<'de> for ReadWithoutRun {
    type Value = WithoutRun;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WithoutRun, A::Error> {
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "saved" {
                map.next_value::<IgnoredAny>()?;
            } else {
                entries.push((name, map.next_value()?));
            }
        }
        Ok(WithoutRun(entries))
    }
}

/// Compares the CRC-32 of the second line with the bytes after it.
fn check_bytes(bytes: &[u8]) -> Result<(), CheckpointProblem> {
    let foreign = || {
        let begin = bytes.get(..BEGIN.len()).unwrap_or(bytes);
        CheckpointProblem::Foreign {
            found: format!(
                "a file that begins with {:?}",
                String::from_utf8_lossy(begin)
            ),
            expected: "a manifest whose first key is `crc32`",
        }
    };
    let rest = bytes.strip_prefix(BEGIN).ok_or_else(foreign)?;
    let (digits, rest) = rest.split_at_checked(DIGITS).ok_or_else(foreign)?;
    let body = rest.strip_prefix(END).ok_or_else(foreign)?;
    check_crc(crc32fast::hash(body), parse_crc("crc32", digits)?)
}

/// Reads the digits of a CRC-32. Capital letters are a change of the file.
fn parse_crc(key: &str, digits: &[u8]) -> Result<u32, CheckpointProblem> {
    let text = String::from_utf8_lossy(digits);
    let number = u32::from_str_radix(&text, 16).ok();
    let number = number.filter(|number| format!("{number:08x}") == text);
    number.ok_or_else(|| value_problem(key, "8 hexadecimal digits", format!("{text:?}")))
}

/// Refuses a run that would be written and not read.
fn check_nesting(json: &[u8]) -> Result<(), CheckpointProblem> {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut is_text, mut is_escaped) = (false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => is_text = !is_text,
            b'[' | b'{' if !is_text => depth += 1,
            b']' | b'}' if !is_text => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    if deepest <= MOST_NESTED {
        return Ok(());
    }
    let found = format!("{deepest} lists and maps inside of each other");
    Err(value_problem("saved", "at most 127", found))
}

fn read_head(entries: &mut Entries) -> Result<CheckpointHead, CheckpointProblem> {
    Ok(CheckpointHead {
        crate_version: entries.text("crate_version")?,
        name: entries.text("name")?,
        run_id: entries.text("run")?,
        sequence: entries.whole("sequence")?,
        loop_name: entries.text("loop")?,
        reason: entries.text("reason")?,
        failed: entries.take("failed", "a truth value", |value| match value {
            SavedValue::Bool(failed) => Some(failed),
            _ => None,
        })?,
        numbers: read_numbers(entries.nested("numbers")?)?,
    })
}

fn read_numbers(numbers: Entries) -> Result<BTreeMap<String, f64>, CheckpointProblem> {
    let numbers = numbers.fields.into_iter();
    numbers
        .map(|(name, value)| match value {
            SavedValue::Float(number) => Ok((name, number)),
            other => {
                let key = format!("numbers.{name}");
                Err(value_problem(&key, "a floating-point number", other.kind()))
            }
        })
        .collect()
}

fn read_record(entries: &mut Entries) -> Result<FileRecord, CheckpointProblem> {
    let mut record = entries.nested("files")?.nested(TENSORS)?;
    let digits = record.text("crc32")?;
    Ok(FileRecord {
        size: record.whole("size")?,
        crc32: parse_crc(&record.path("crc32"), digits.as_bytes())?,
    })
}

fn read_saved(value: SavedValue) -> Result<SavedRun, CheckpointProblem> {
    let kind = value.kind();
    SavedRun::from_value(value).map_err(|error| CheckpointProblem::Value {
        key: "saved".to_owned(),
        found: kind.to_owned(),
        expected: format!("a saved run ({error})"),
    })
}

/// The entries of a map, and where it is.
struct Entries {
    at: String,
    fields: SavedFields,
}

impl Entries {
    fn of(at: &str, value: SavedValue) -> Result<Self, CheckpointProblem> {
        match value {
            SavedValue::Map(entries) => Ok(Self {
                at: at.to_owned(),
                fields: entries.into_iter().collect(),
            }),
            other => Err(value_problem(at, "a map", other.kind())),
        }
    }

    fn path(&self, key: &str) -> String {
        match self.at.as_str() {
            "" => key.to_owned(),
            at => format!("{at}.{key}"),
        }
    }

    /// Takes an entry. `read` returns `None` if the value is not what is expected.
    fn take<T>(
        &mut self,
        key: &str,
        expected: &str,
        read: impl FnOnce(SavedValue) -> Option<T>,
    ) -> Result<T, CheckpointProblem> {
        let value = self.fields.remove(key);
        let kind = value.as_ref().map_or("no such entry", SavedValue::kind);
        value
            .and_then(read)
            .ok_or_else(|| value_problem(&self.path(key), expected, kind))
    }

    fn nested(&mut self, key: &str) -> Result<Self, CheckpointProblem> {
        let value = self.take(key, "a map", Some)?;
        Self::of(&self.path(key), value)
    }

    fn text(&mut self, key: &str) -> Result<String, CheckpointProblem> {
        self.take(key, "text", |value| match value {
            SavedValue::Text(text) => Some(text),
            _ => None,
        })
    }

    fn whole(&mut self, key: &str) -> Result<u64, CheckpointProblem> {
        self.take(key, "a whole number from 0", |value| match value {
            SavedValue::Integer(number) => u64::try_from(number).ok(),
            _ => None,
        })
    }
}

fn map<const N: usize>(entries: [(&str, SavedValue); N]) -> SavedValue {
    SavedValue::Map(entries.map(|(name, value)| (name.to_owned(), value)).into())
}

fn text(text: &str) -> SavedValue {
    SavedValue::Text(text.to_owned())
}

fn whole(number: u64) -> SavedValue {
    SavedValue::Integer(number.into())
}

fn value_problem(key: &str, expected: &str, found: impl Into<String>) -> CheckpointProblem {
    CheckpointProblem::Value {
        key: key.to_owned(),
        found: found.into(),
        expected: expected.to_owned(),
    }
}
