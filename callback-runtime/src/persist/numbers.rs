//! Sequences of numbers of one type, collected as an array without a saved value for each number.

use super::number_part::NumberPart;
use super::{Element, ElementType, SavedTensor, SavedValue, SavedValueError};
use serde_core::Deserialize;

/// The fewest numbers that are saved as an array. Fewer are a list, which people can read in a manifest.
const FEWEST: usize = 32;

/// A number, or a truth value, with its type.
#[derive(Clone, Copy)]
pub(super) struct Number {
    element_type: ElementType,
    /// Its bytes, the lowest byte first, and zeros after them.
    bytes: [u8; 8],
}

impl Number {
    #[inline]
    pub(super) fn of<T: Element>(number: T) -> Self {
        let mut bytes = [0; 8];
        T::write(&[number], &mut bytes[..size_of::<T>()]);
        Self {
            element_type: T::TYPE,
            bytes,
        }
    }

    pub(super) fn into_value(self) -> Result<SavedValue, SavedValueError> {
        let bytes = &self.bytes[..self.element_type.size()];
        SavedValue::deserialize(NumberPart::new(self.element_type, &[], bytes))
    }
}

/// Numbers of one type, or arrays of such numbers with equal shapes. It is not empty.
pub(super) struct NumberArray {
    element_type: ElementType,
    /// The number of its elements.
    length: usize,
    /// The shape of each element: `[]` for a number.
    element_shape: Vec<usize>,
    bytes: Vec<u8>,
}

impl NumberArray {
    /// Makes an array of one number, with memory for so many.
    pub(super) fn of_number(first: Number, capacity: usize) -> Self {
        let element_type = first.element_type;
        let mut array = Self {
            element_type,
            length: 0,
            element_shape: Vec::new(),
            bytes: memory_for(capacity, element_type.size()),
        };
        array.push_number(first);
        array
    }

    /// Makes an array of one array, with memory for so many.
    pub(super) fn of_array(first: &Self, capacity: usize) -> Self {
        let mut array = Self {
            element_type: first.element_type,
            length: 0,
            element_shape: [&[first.length], &*first.element_shape].concat(),
            bytes: memory_for(capacity, first.bytes.len()),
        };
        array.push_array(first);
        array
    }

    /// Adds a number. Returns whether it fits to those before.
    #[inline]
    pub(super) fn push_number(&mut self, number: Number) -> bool {
        if number.element_type != self.element_type || !self.element_shape.is_empty() {
            return false;
        }
        let bytes = &number.bytes;
        // Each size is known where it is copied.
        match self.element_type.size() {
            8 => self.bytes.extend_from_slice(bytes),
            4 => self.bytes.extend_from_slice(&bytes[..4]),
            2 => self.bytes.extend_from_slice(&bytes[..2]),
            _ => self.bytes.push(bytes[0]),
        }
        self.length += 1;
        true
    }

    /// Adds an array as an element. Returns whether it fits to those before.
    pub(super) fn push_array(&mut self, array: &Self) -> bool {
        let fits = array.element_type == self.element_type
            && self.element_shape.split_first() == Some((&array.length, &array.element_shape));
        if fits {
            self.bytes.extend_from_slice(&array.bytes);
            self.length += 1;
        }
        fits
    }

    /// Returns the array as a tensor, or as a list if it is short.
    pub(super) fn into_value(self) -> Result<SavedValue, SavedValueError> {
        if self.bytes.len() < FEWEST * self.element_type.size() {
            return self.into_values().map(SavedValue::List);
        }
        let shape = [&[self.length], &*self.element_shape].concat();
        SavedTensor::from_bytes(self.element_type, &shape, self.bytes).map(SavedValue::Numbers)
    }

    /// Returns the elements one by one, for a list that has others, too.
    pub(super) fn into_values(self) -> Result<Vec<SavedValue>, SavedValueError> {
        let parts = self.bytes.chunks(self.bytes.len() / self.length);
        let values = parts.map(|bytes| match self.element_shape.split_first() {
            None => SavedValue::deserialize(NumberPart::new(self.element_type, &[], bytes)),
            Some((length, element_shape)) => Self {
                element_type: self.element_type,
                length: *length,
                element_shape: element_shape.to_vec(),
                bytes: bytes.to_vec(),
            }
            .into_value(),
        });
        values.collect()
    }
}

/// Returns memory for so many elements, if there is as much.
fn memory_for(count: usize, size: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    // The count is what a type says of itself. The memory grows if it says too little, or what nothing can have.
    if let Some(size) = count.checked_mul(size) {
        let _ = bytes.try_reserve_exact(size);
    }
    bytes
}
