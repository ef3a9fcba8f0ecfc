//! Checkpoints on disk: a run at one moment, in files that Python reads, too.
//!
//! ```
//! use callbacks::checkpoint::{CheckpointDir, NewCheckpoint};
//! use callbacks::persist::SavedRun;
//! use callbacks::prelude::*;
//!
//! # let folder = std::env::temp_dir().join(format!("callbacks-doc-checkpoint-{}", std::process::id()));
//! let mut plan = Plan::<Fit>::new();
//! plan.persist_fields("positions", |positions: &mut Vec<f64>, fields| fields.tensor("", &[positions.len()], positions));
//! let mut state = State::new();
//! state.insert(vec![0.5, 1.5]);
//! let mut saved = SavedRun::default();
//! plan.run(&mut state, |run| Ok(saved = run.save()?))?.ok().unwrap();
//!
//! let checkpoints = CheckpointDir::new(&folder);
//! let mut new = NewCheckpoint::new("epoch-3", "run-a", 3);
//! new.reason = "periodic".to_owned();
//! new.numbers.insert("valid_loss".to_owned(), 0.25);
//! new.saved = saved.clone();
//! checkpoints.write(new)?;
//!
//! let latest = checkpoints.latest()?.expect("it was written");
//! assert_eq!(latest.saved, saved);
//! # std::fs::remove_dir_all(folder).ok();
//! # Ok::<(), callbacks::BoxError>(())
//! ```
//!
//! # The format
//!
//! ```text
//! checkpoints/
//!   epoch-3/
//!     manifest.json          what the checkpoint is, and all of it but the tensors
//!     tensors.safetensors    the tensors
//!   latest                   one line: `epoch-3`
//! ```
//!
//! The manifest is JSON in UTF-8. Its first two lines are at a fixed place, so that the CRC-32 covers every byte after them:
//!
//! ```text
//! {
//!   "crc32": "5f0c94a2",
//!   "format": "callbacks checkpoint",
//!   "version": 1,
//!   "crate_version": "0.1.0",
//!   "name": "epoch-3",
//!   "run": "run-a",
//!   "sequence": 3,
//!   "loop": "Fit",
//!   "reason": "periodic",
//!   "failed": false,
//!   "numbers": {
//!     "valid_loss": 0.25
//!   },
//!   "files": {
//!     "tensors.safetensors": {
//!       "size": 104,
//!       "crc32": "83d3c2b1"
//!     }
//!   },
//!   "saved": {
//!     …
//!     "state": {
//!       "positions": {
//!         "": {
//!           "$tensor": "state/positions"
//!         }
//!       }
//!     }
//!   }
//! }
//! ```
//!
//! | Key | Value |
//! |---|---|
//! | `crc32` | the CRC-32 of all bytes after the second line, with the polynomial of zlib, as 8 hexadecimal digits |
//! | `format`, `version` | the name of this format and its version; a reader refuses a newer version |
//! | `crate_version` | the version of `callbacks` that wrote it |
//! | `name` | the name of the folder |
//! | `run` | the id of the run, which stays when the run continues in another process |
//! | `sequence` | the number of the checkpoint in its run |
//! | `loop` | the name of the loop |
//! | `reason`, `failed` | why it was written, and whether the run had failed |
//! | `numbers` | numbers by which it is chosen |
//! | `files` | the size and the CRC-32 of the other file |
//! | `saved` | the run |
//!
//! What JSON lacks is a map of one entry: `{"$float": "NaN"}` (also `inf`, `-inf`, and the bits of another NaN), `{"$bytes": "00ff"}`,
//! `{"$integer": "170141183460469231731687303715884105727"}`, and `{"$tensor": "…"}` for the name of a tensor in the other file. A sequence
//! of 32 or more numbers of one type, such as the field of a `Vec<f64>`, is in the other file, too: `{"$numbers": "…"}` is its name. A map
//! that looks like one of these is `{"$map": [["$float", …]]}`.
//!
//! The tensors are a file of [safetensors](https://huggingface.co/docs/safetensors). A name says where the tensor is, such as
//! `state/Learner/parameters.weights` or `callbacks/Ema/average.weights`; a `.` stands before a field, a key or an index that is inside of
//! another value. Sequences of equal lengths inside of a sequence are one tensor: a `Vec<[f64; 3]>` has the shape `[n, 3]`. A run without
//! tensors has a file without tensors.
//!
//! # In Python
//!
//! ```python
//! import json, pathlib, zlib
//! from safetensors.numpy import load_file
//!
//! directory = pathlib.Path("checkpoints")
//! folder = directory / (directory / "latest").read_text().strip()
//! content = (folder / "manifest.json").read_bytes()
//! manifest = json.loads(content)
//! assert zlib.crc32(content.split(b"\n", 2)[2]) == int(manifest["crc32"], 16)
//! for name, file in manifest["files"].items():
//!     assert zlib.crc32((folder / name).read_bytes()) == int(file["crc32"], 16)
//! tensors = load_file(folder / "tensors.safetensors")
//! print(manifest["numbers"], tensors["state/positions"])
//! ```
//!
//! numpy has no type for tensors of `BF16`; `safetensors.torch.load_file` reads them.
//!
//! # What a crash leaves
//!
//! A checkpoint is written into a hidden folder. Its files and the folder are made durable, the folder gets its name, and the directory is
//! made durable. Then `latest` is replaced in the same way. A checkpoint that is replaced keeps a hidden name until its replacement is
//! durable, and is found by its own name if the process ends in between. So at any moment `latest` names a whole checkpoint.
//!
//! Hidden names begin with `.checkpoint-` and the id of the run. The next write of the run removes what was left.
//!
//! # Files of this module
//!
//! - `dir`: a directory of checkpoints;
//! - `contents`: what a checkpoint has;
//! - `write`, `read`, `list`, `settle`: what is done with checkpoints;
//! - `manifest`, `tensors`: the bytes of the two files;
//! - `names`: names of files and folders;
//! - `files`, `lock`, `probe`: file operations, the lock of a directory, and whether it can be written;
//! - `wrong_path`: what is at a path that was taken for something else;
//! - `error`: the errors.

mod contents;
mod dir;
mod error;
mod files;
mod list;
mod lock;
mod manifest;
mod names;
mod probe;
mod read;
mod resume;
mod settle;
mod tensors;
mod write;
mod wrong_path;

pub use contents::{CheckpointHead, NewCheckpoint, SavedCheckpoint, Written};
pub use dir::CheckpointDir;
pub use error::{CheckpointError, CheckpointProblem};
#[doc(hidden)]
pub use files::{Disk, FileSystem, Found, Lock, NewFile};
pub use list::{ListedCheckpoint, Listing};
pub(crate) use names::{NAME_RULE, is_name};
pub use read::read;
pub use resume::Resume;
