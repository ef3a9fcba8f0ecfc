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

pub(crate) const NAME_RULE: &str = "a name of 1 to 128 bytes without `/ \\ : * ? \" < > |` and control characters, which does not begin \
     with `.`, does not end with `.` or a space, and is neither `latest` nor a name that Windows reserves, such as `con` or `nul.1`";
pub(super) const RUN_RULE: &str = "1 to 64 letters of ASCII, digits, `-` and `_`";

/// The names that Windows gives to devices. Those of ports have a digit behind them.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
const PORTS: [&str; 2] = ["com", "lpt"];

/// Whether a folder can have this name on every file system.
pub(crate) fn is_name(name: &str) -> bool {
    let is_odd = |letter: char| letter.is_control() || "/\\:*?\"<>|".contains(letter);
    let has_length = (1..=MOST_BYTES).contains(&name.len());
    let has_ends = !name.starts_with('.') && !name.ends_with(['.', ' ']);
    let is_taken = name.eq_ignore_ascii_case(LATEST) || is_device(name);
    has_length && has_ends && !name.contains(is_odd) && !is_taken
}

/// Whether Windows takes the name for a device. What is behind the first dot does not count, nor do spaces before it.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let stem = stem.trim_end_matches(' ').to_ascii_lowercase();
    let is_port = |port: &&str| {
        let digit = stem.strip_prefix(*port);
        digit.is_some_and(|digit| {
            digit.chars().count() == 1
                && digit.contains(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
        })
    };
    DEVICES.contains(&&*stem) || PORTS.iter().any(is_port)
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
    /// A file by which a process finds out whether it can write.
    Probe,
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
            Self::Probe => format!("{HIDDEN}{run_id}.probe"),
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
            "probe" => Self::Probe,
            other => Self::Replaced(other.strip_prefix("replaced.")?.to_owned()),
        };
        is_run_id(run_id).then_some((run_id, what))
    }
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_that_some_file_system_cannot_have_are_none() {
        let letters = [
            "a/b", "a:b", "a\u{7}", "", ".a", "a.", "a ", "LATEST", "a|b",
        ];
        let devices = [
            "con", "CON", "nul.txt", "Aux .1", "COM1", "com9.x.y", "lpt²", "prn.", "CONIN$",
        ];
        for name in letters.into_iter().chain(devices) {
            assert!(!is_name(name), "{name:?}");
        }
        let long = "a".repeat(129);
        assert!(!is_name(&long) && is_name(&long[1..]));
    }

    #[test]
    fn names_that_only_look_like_devices_are_names() {
        for name in [
            "console",
            "nul-1",
            "com",
            "com12",
            "com1-a",
            "epoch-1.con",
            "lpta",
            "prn1",
            "ä",
        ] {
            assert!(is_name(name), "{name:?}");
        }
    }
}
