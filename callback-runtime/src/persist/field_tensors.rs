//! Fields that are arrays of numbers.

use super::fields::Direction;
use super::{Element, Fields, SavedTensor, SavedValue, SavedValueError};

impl Fields<'_> {
    /// Saves an array of numbers under its name, or loads it. The elements are copied as bytes, exact to the bit. Type and shape must be
    /// those that were saved: another shape fails the run that loads it.
    ///
    /// ```
    /// # use callbacks::persist::Fields;
    /// # struct Layer { weights: Vec<f32>, bias: f32 }
    /// # impl Layer {
    /// fn persist(&mut self, fields: &mut Fields<'_>) {
    ///     fields.tensor("weights", &[self.weights.len()], &mut self.weights);
    ///     fields.tensor("bias", &[], std::slice::from_mut(&mut self.bias));
    /// }
    /// # }
    /// ```
    pub fn tensor<T: Element>(&mut self, name: &str, shape: &[usize], elements: &mut [T]) {
        let buffer = self.buffer(size_of_val(elements));
        self.tensor_with(
            name,
            elements,
            |elements| SavedTensor::in_buffer(elements, shape, buffer),
            |elements, saved| saved.read(elements, shape),
        );
    }

    /// Returns memory for a tensor of so many bytes, which an earlier save has used if there was one; none unless the fields are saved. For a
    /// function of [`tensor_with`](Self::tensor_with) that fills it.
    ///
    /// ```
    /// # use callbacks::persist::Fields;
    /// # fn persist(fields: &mut Fields<'_>) {
    /// let memory = fields.buffer(16);
    /// assert_eq!(memory.len(), if fields.is_saving() { 16 } else { 0 });
    /// # }
    /// ```
    pub fn buffer(&mut self, size: usize) -> Vec<u8> {
        match &mut self.direction {
            Direction::Save { buffers, .. } => buffers.take(size),
            _ => Vec::new(),
        }
    }

    /// Saves or loads an array of numbers with functions of its own, for the tensors of a framework.
    pub fn tensor_with<T: ?Sized>(
        &mut self,
        name: &str,
        value: &mut T,
        save: impl FnOnce(&T) -> Result<SavedTensor, SavedValueError>,
        load: impl FnOnce(&mut T, SavedTensor) -> Result<(), SavedValueError>,
    ) {
        self.field_with(
            name,
            value,
            |value| save(value).map(SavedValue::Tensor),
            |value, saved| match saved {
                SavedValue::Tensor(saved) => load(value, saved),
                other => Err(SavedValueError::new(format!(
                    "it is {}, and not a tensor",
                    other.kind()
                ))),
            },
        );
    }
}
