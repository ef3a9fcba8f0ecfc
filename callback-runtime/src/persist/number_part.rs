//! Loads arrays of numbers as sequences.

use super::{Element, ElementType, SavedTensor, SavedValueError};
use serde_core::de::value::SeqDeserializer;
use serde_core::de::{Deserializer, Error, IntoDeserializer, Unexpected, Visitor};
use serde_core::forward_to_deserialize_any;

/// A part of an array of numbers: one number, or a sequence of parts.
#[derive(Clone, Copy)]
pub(super) struct NumberPart<'a> {
    element_type: ElementType,
    /// `[]` for one number.
    shape: &'a [usize],
    bytes: &'a [u8],
}

impl<'a> NumberPart<'a> {
    pub(super) const fn new(
        element_type: ElementType,
        shape: &'a [usize],
        bytes: &'a [u8],
    ) -> Self {
        Self {
            element_type,
            shape,
            bytes,
        }
    }

    /// All of a tensor.
    pub(super) fn of(tensor: &'a SavedTensor) -> Self {
        Self::new(tensor.element_type(), tensor.shape(), tensor.bytes())
    }

    fn visit_number<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SavedValueError> {
        let bytes = self.bytes;
        match self.element_type {
            ElementType::F64 => visitor.visit_f64(read(bytes)),
            ElementType::F32 => visitor.visit_f32(read(bytes)),
            ElementType::I64 => visitor.visit_i64(read(bytes)),
            ElementType::I32 => visitor.visit_i32(read(bytes)),
            ElementType::I16 => visitor.visit_i16(read(bytes)),
            ElementType::I8 => visitor.visit_i8(read(bytes)),
            ElementType::U64 => visitor.visit_u64(read(bytes)),
            ElementType::U32 => visitor.visit_u32(read(bytes)),
            ElementType::U16 => visitor.visit_u16(read(bytes)),
            ElementType::U8 => visitor.visit_u8(read(bytes)),
            ElementType::Bool => visitor.visit_bool(read(bytes)),
            ElementType::F16 | ElementType::Bf16 => {
                let found = Unexpected::Other("a floating-point number of 16 bits");
                Err(SavedValueError::invalid_type(found, &visitor))
            }
        }
    }

    fn visit_parts<'de, V: Visitor<'de>>(
        self,
        length: usize,
        shape: &'a [usize],
        visitor: V,
    ) -> Result<V::Value, SavedValueError> {
        // Without numbers, a length says nothing of the memory that the sequence takes.
        if self.bytes.is_empty() && length > 0 {
            let found = Unexpected::Other("a tensor without elements");
            return Err(SavedValueError::invalid_type(found, &visitor));
        }
        let size = self.bytes.len().checked_div(length).unwrap_or(1);
        let parts = self.bytes.chunks_exact(size);
        let parts = parts.map(|bytes| Self::new(self.element_type, shape, bytes));
        let mut list = SeqDeserializer::new(parts);
        let loaded = visitor.visit_seq(&mut list)?;
        list.end()?;
        Ok(loaded)
    }
}

/// Returns the number that the bytes are.
#[inline]
fn read<T: Element + Default>(bytes: &[u8]) -> T {
    let mut number = [T::default()];
    T::read(&mut number, bytes);
    let [number] = number;
    number
}

impl<'de> Deserializer<'de> for NumberPart<'_> {
    type Error = SavedValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SavedValueError> {
        match self.shape.split_first() {
            None => self.visit_number(visitor),
            Some((length, shape)) => self.visit_parts(*length, shape, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, SavedValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, SavedValueError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct
        map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_, SavedValueError> for NumberPart<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}
