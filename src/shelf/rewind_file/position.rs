//! A position in a file that is saved with a run.

use super::checksum::Checksum;
use serde_core::de::Error as _;
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// A position in a [`RewindFile`](super::RewindFile), and the checksum of what was written before it.
///
/// ```
/// use callbacks::persist::{Rewind, SavedValue};
/// use callbacks::shelf::RewindFile;
/// use std::io::Write;
///
/// let path = std::env::temp_dir().join(format!("callbacks-position-{}", std::process::id()));
/// let mut file = RewindFile::new(&path);
/// file.write_all(b"123456789")?;
/// let position = file.position()?;
/// assert_eq!((position.length(), position.crc32()), (9, 0xcbf4_3926));
/// let saved = SavedValue::of(&position)?;
/// assert_eq!(saved.to_string(), r#"{"crc32": 3421780262, "length": 9, "number": 1}"#);
/// # std::fs::remove_file(path)?;
/// # Ok::<(), callbacks::BoxError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilePosition {
    /// The number of the file: 1 for the one at the path of the program, 2 for the first one beside it.
    pub(super) number: u32,
    pub(super) length: u64,
    pub(super) crc32: u32,
}

impl FilePosition {
    pub(super) const fn new(number: u32, written: Checksum) -> Self {
        Self {
            number,
            length: written.length,
            crc32: written.crc32(),
        }
    }

    /// Returns the number of bytes before the position.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Returns the CRC-32 of the bytes before the position, as Python's `zlib.crc32` computes it.
    pub const fn crc32(&self) -> u32 {
        self.crc32
    }
}

impl Serialize for FilePosition {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let entries = BTreeMap::from([
            ("number", u64::from(self.number)),
            ("length", self.length),
            ("crc32", u64::from(self.crc32)),
        ]);
        entries.serialize(to)
    }
}

impl<'de> Deserialize<'de> for FilePosition {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let entries = BTreeMap::<String, u64>::deserialize(from)?;
        let entry = |name: &'static str| {
            let value = entries.get(name).copied();
            value.ok_or_else(|| D::Error::missing_field(name))
        };
        let narrow = |name: &'static str| {
            let value = u32::try_from(entry(name)?);
            value.map_err(|_| D::Error::custom(format!("`{name}` is too large")))
        };
        Ok(Self {
            number: narrow("number")?,
            length: entry("length")?,
            crc32: narrow("crc32")?,
        })
    }
}
