//! The names of files and folders, and which names a caller can choose.

/// The file that describes a checkpoint.
pub(super) const MANIFEST: &str = "manifest.json";
/// The file of its tensors.
pub(super) const TENSORS: &str = "tensors.safetensors";
/// The file that names the newest checkpoint.
pub(super) const LATEST: &str = "latest";

/// Longer names do not fit into the name of a hidden folder on every file system.
const MOST_BYTES: usize = 128;
const MOST_BYTES_OF_RUN: usize = 64;
const HIDDEN: &str = ".checkpoint-";

pub(super) const NAME_RULE: &str = "a name of 1 to 128 bytes without `/ \\ : * ? \" < > |` and control characters, which does not begin \
     with `.`, does not end with `.` or a space, and is not `latest`";
pub(super) const RUN_RULE: &str = "1 to 64 letters of ASCII, digits, `-` and `_`";

/// Whether a folder can have this name on every file system.
pub(super) fn is_name(name: &str) -> bool {
    let is_odd = |letter: char| letter.is_control() || "/\\:*?\"<>|".contains(letter);
    let has_length = (1..=MOST_BYTES).contains(&name.len());
    let has_ends = !name.starts_with('.') && !name.ends_with(['.', ' ']);
    has_length && has_ends && !name.contains(is_odd) && !name.eq_ignore_ascii_case(LATEST)
}

/// Whether a run can have this id, which is a part of hidden names.
pub(super) fn is_run_id(run_id: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    (1..=MOST_BYTES_OF_RUN).contains(&run_id.len()) && run_id.chars().all(is_plain)
}

/// What a hidden file or folder of a run is for. All of them are gone after a write that succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hidden {
    /// The folder of a checkpoint that is being written.
    Writing,
    /// The file that is going to be `latest`.
    Pointer,
    /// A checkpoint that is being removed.
    Removed,
    /// The checkpoint of this name, until the one that replaces it is durable.
    Replaced(String),
}

impl Hidden {
    /// Returns the name of the file or folder.
    pub(super) fn name(&self, run_id: &str) -> String {
        match self {
            Self::Writing => format!("{HIDDEN}{run_id}.writing"),
            Self::Pointer => format!("{HIDDEN}{run_id}.latest"),
            Self::Removed => format!("{HIDDEN}{run_id}.removed"),
            Self::Replaced(name) => format!("{HIDDEN}{run_id}.replaced.{name}"),
        }
    }

    /// Returns the id of the run, and what the file or folder is for. `None` if the name is no hidden name of a run.
    pub(super) fn parse(name: &str) -> Option<(&str, Self)> {
        let (run_id, what) = name.strip_prefix(HIDDEN)?.split_once('.')?;
        let what = match what {
            "writing" => Self::Writing,
            "latest" => Self::Pointer,
            "removed" => Self::Removed,
            other => Self::Replaced(other.strip_prefix("replaced.")?.to_owned()),
        };
        is_run_id(run_id).then_some((run_id, what))
    }
}
