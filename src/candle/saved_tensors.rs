//! Tensors of candle as saved tensors, and back: bytes, exact to the bit.

use callback_runtime::persist::{ElementType, Fields, SavedTensor, SavedValueError};
use candle_core::{DType, Tensor};

/// Copies a tensor to the CPU and saves its elements in logical order.
pub(super) fn save_tensor(tensor: &Tensor) -> Result<SavedTensor, SavedValueError> {
    let element_type = element_type(tensor.dtype())?;
    let mut bytes = Vec::with_capacity(tensor.elem_count() * element_type.size());
    tensor.write_bytes(&mut bytes).map_err(unsavable)?;
    SavedTensor::from_bytes(element_type, tensor.dims(), bytes)
}

/// Makes a tensor of a saved one, with the elements of this type, and the shape and device of `like`.
pub(super) fn load_tensor(
    saved: &SavedTensor,
    like: &Tensor,
    dtype: DType,
) -> Result<Tensor, SavedValueError> {
    saved.expect(element_type(dtype)?, like.dims())?;
    // A tensor without elements has no bytes to convert.
    if saved.bytes().is_empty() {
        return Tensor::zeros(like.shape(), dtype, like.device()).map_err(unsavable);
    }
    let loaded = Tensor::from_raw_buffer(saved.bytes(), dtype, like.dims(), like.device());
    loaded.map_err(unsavable)
}

/// Saves or loads a snapshot of a variable. An average of elements in half precision is kept in `f32`, and comes back as such.
pub(super) fn persist_snapshot(snapshot: &mut Tensor, fields: &mut Fields<'_>) {
    fields.tensor_with("", snapshot, save_tensor, |snapshot, saved| {
        let is_half = matches!(snapshot.dtype(), DType::F16 | DType::BF16);
        let is_average = is_half && saved.element_type() == ElementType::F32;
        let dtype = if is_average {
            DType::F32
        } else {
            snapshot.dtype()
        };
        *snapshot = load_tensor(&saved, snapshot, dtype)?;
        Ok(())
    });
}

/// Reports an error of candle.
#[expect(
    clippy::needless_pass_by_value,
    reason = "`map_err` hands the error over"
)]
pub(super) fn unsavable(error: candle_core::Error) -> SavedValueError {
    SavedValueError::new(error.to_string())
}

fn element_type(dtype: DType) -> Result<ElementType, SavedValueError> {
    Ok(match dtype {
        DType::F64 => ElementType::F64,
        DType::F32 => ElementType::F32,
        DType::F16 => ElementType::F16,
        DType::BF16 => ElementType::Bf16,
        DType::I64 => ElementType::I64,
        DType::I32 => ElementType::I32,
        DType::I16 => ElementType::I16,
        DType::U32 => ElementType::U32,
        DType::U8 => ElementType::U8,
        other => {
            return Err(SavedValueError::new(format!(
                "a tensor of {other:?} cannot be saved; convert it to F32, F16 or BF16"
            )));
        }
    })
}
