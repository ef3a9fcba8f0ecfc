//! The file of the tensors, in the format `safetensors`: a header, and the bytes of one tensor after the other.

use super::error::CheckpointProblem;
use callback_runtime::persist::{ElementType, SavedTensor};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The bytes of the header's length.
const LENGTH: usize = 8;
/// The longest header that readers of the format accept.
const LONGEST_HEADER: usize = 100_000_000;

const TYPES: [(ElementType, Dtype); 13] = [
    (ElementType::F64, Dtype::F64),
    (ElementType::F32, Dtype::F32),
    (ElementType::F16, Dtype::F16),
    (ElementType::Bf16, Dtype::BF16),
    (ElementType::I64, Dtype::I64),
    (ElementType::I32, Dtype::I32),
    (ElementType::I16, Dtype::I16),
    (ElementType::I8, Dtype::I8),
    (ElementType::U64, Dtype::U64),
    (ElementType::U32, Dtype::U32),
    (ElementType::U16, Dtype::U16),
    (ElementType::U8, Dtype::U8),
    (ElementType::Bool, Dtype::BOOL),
];

/// The parts of the file. The tensors are not copied.
pub(super) struct TensorFile {
    header: Vec<u8>,
    tensors: Vec<SavedTensor>,
}

impl TensorFile {
    /// Makes the header. Tensors with larger elements come first, so that all of them are aligned.
    pub(super) fn new(tensors: BTreeMap<String, SavedTensor>) -> Result<Self, CheckpointProblem> {
        let mut tensors: Vec<_> = tensors.into_iter().collect();
        tensors.sort_by_key(|(_, tensor)| Reverse(tensor.element_type().size()));
        let mut end = 0;
        let mut infos = Vec::with_capacity(tensors.len());
        for (name, tensor) in &tensors {
            let begin = end;
            end += tensor.bytes().len();
            infos.push((name.clone(), info_of(name, tensor, (begin, end))?));
        }
        let metadata = Metadata::new(None, infos).map_err(|error| header_problem(&error))?;
        let json = serde_json::to_vec(&metadata).map_err(|error| header_problem(&error))?;
        Ok(Self {
            header: header_of(json)?,
            tensors: tensors.into_iter().map(|(_, tensor)| tensor).collect(),
        })
    }

    /// Returns the bytes of the file, part after part.
    pub(super) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        let tensors = self.tensors.iter().map(SavedTensor::bytes);
        std::iter::once(self.header.as_slice()).chain(tensors)
    }
}

fn info_of(
    name: &str,
    tensor: &SavedTensor,
    data_offsets: (usize, usize),
) -> Result<TensorInfo, CheckpointProblem> {
    let mut types = TYPES.iter();
    let found = types.find(|(element_type, _)| *element_type == tensor.element_type());
    let (_, dtype) = found.ok_or_else(|| type_problem(name, &tensor.element_type()))?;
    Ok(TensorInfo {
        dtype: *dtype,
        shape: tensor.shape().to_vec(),
        data_offsets,
    })
}

/// Returns the length and the JSON, with spaces so that the data is aligned.
fn header_of(mut json: Vec<u8>) -> Result<Vec<u8>, CheckpointProblem> {
    json.resize(json.len().next_multiple_of(LENGTH), b' ');
    if json.len() > LONGEST_HEADER {
        return Err(CheckpointProblem::Value {
            key: "header".to_owned(),
            found: format!("{} bytes", json.len()),
            expected: format!("at most {LONGEST_HEADER}"),
        });
    }
    let length = (json.len() as u64).to_le_bytes();
    Ok([&length, json.as_slice()].concat())
}

/// Reads the tensors of a file, with their names.
pub(super) fn decode(bytes: &[u8]) -> Result<BTreeMap<String, SavedTensor>, CheckpointProblem> {
    let (header, data) = split(bytes)?;
    let metadata: Metadata =
        serde_json::from_slice(header).map_err(|error| header_problem(&error))?;
    if metadata.data_len() != data.len() {
        return Err(CheckpointProblem::Size {
            found: data.len() as u64,
            expected: metadata.data_len() as u64,
        });
    }
    let tensors = metadata.tensors().into_iter();
    tensors
        .map(|(name, info)| {
            let tensor = read_tensor(&name, info, data)?;
            Ok((name, tensor))
        })
        .collect()
}

/// Returns the header and the data after it.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), CheckpointProblem> {
    let cut = || CheckpointProblem::Foreign {
        found: format!("a file of {} bytes without a whole header", bytes.len()),
        expected: "a `safetensors` file",
    };
    let (length, rest) = bytes.split_first_chunk::<LENGTH>().ok_or_else(cut)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).ok();
    let parts = length.and_then(|length| rest.split_at_checked(length));
    parts.ok_or_else(cut)
}

fn read_tensor(
    name: &str,
    info: &TensorInfo,
    data: &[u8],
) -> Result<SavedTensor, CheckpointProblem> {
    let mut types = TYPES.iter();
    let found = types.find(|(_, dtype)| *dtype == info.dtype);
    let (element_type, _) =
        found.ok_or_else(|| type_problem(name, &format!("{:?}", info.dtype)))?;
    let bytes = data.get(info.data_offsets.0..info.data_offsets.1);
    let bytes = bytes.unwrap_or_default().to_vec();
    SavedTensor::from_bytes(*element_type, &info.shape, bytes).map_err(|error| {
        CheckpointProblem::Value {
            key: name.to_owned(),
            found: error.to_string(),
            expected: "the bytes of its shape".to_owned(),
        }
    })
}

fn type_problem(name: &str, found: &dyn ToString) -> CheckpointProblem {
    CheckpointProblem::Value {
        key: name.to_owned(),
        found: found.to_string(),
        expected: "a type of elements that this version knows".to_owned(),
    }
}

fn header_problem(error: &dyn ToString) -> CheckpointProblem {
    CheckpointProblem::Value {
        key: "header".to_owned(),
        found: error.to_string(),
        expected: "a header of `safetensors`".to_owned(),
    }
}
