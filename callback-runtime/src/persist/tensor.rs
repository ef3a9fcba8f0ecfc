//! Arrays of numbers that are saved: as bytes, with a type and a shape.

use super::SavedValueError;
use std::fmt;
use std::sync::Arc;

/// The type of the elements of a saved tensor. The names are those of the `safetensors` format.
///
/// ```
/// use callbacks::persist::ElementType;
///
/// assert_eq!((ElementType::Bf16.name(), ElementType::Bf16.size()), ("BF16", 2));
/// assert_eq!(ElementType::of_name("F64"), Some(ElementType::F64));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ElementType {
    /// 64-bit floating point.
    F64,
    /// 32-bit floating point.
    F32,
    /// 16-bit floating point of IEEE 754.
    F16,
    /// 16-bit floating point with the exponent of `F32`.
    Bf16,
    /// 64-bit integer with a sign.
    I64,
    /// 32-bit integer with a sign.
    I32,
    /// 16-bit integer with a sign.
    I16,
    /// 8-bit integer with a sign.
    I8,
    /// 64-bit integer without a sign.
    U64,
    /// 32-bit integer without a sign.
    U32,
    /// 16-bit integer without a sign.
    U16,
    /// 8-bit integer without a sign.
    U8,
    /// Truth value, as a byte that is 0 or 1.
    Bool,
}

impl ElementType {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::F64,
        Self::F32,
        Self::F16,
        Self::Bf16,
        Self::I64,
        Self::I32,
        Self::I16,
        Self::I8,
        Self::U64,
        Self::U32,
        Self::U16,
        Self::U8,
        Self::Bool,
    ];

    /// Returns the name, as in a `safetensors` file.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F64 => "F64",
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::I64 => "I64",
            Self::I32 => "I32",
            Self::I16 => "I16",
            Self::I8 => "I8",
            Self::U64 => "U64",
            Self::U32 => "U32",
            Self::U16 => "U16",
            Self::U8 => "U8",
            Self::Bool => "BOOL",
        }
    }

    /// Returns the type with this name.
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.name() == name)
    }

    /// Returns the number of bytes of an element.
    pub const fn size(self) -> usize {
        match self {
            Self::F64 | Self::I64 | Self::U64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::F16 | Self::Bf16 | Self::I16 | Self::U16 => 2,
            Self::I8 | Self::U8 | Self::Bool => 1,
        }
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A type whose arrays can be saved as a tensor: floating-point numbers, integers of fixed size, and truth values.
pub trait Element: Copy + sealed::Sealed {
    /// Its name in a file.
    const TYPE: ElementType;
    /// Writes the bytes of the elements, the lowest byte first, into as many bytes as they have.
    #[doc(hidden)]
    fn write(elements: &[Self], to: &mut [u8]);
    /// Reads elements from as many bytes as they have.
    #[doc(hidden)]
    fn read(elements: &mut [Self], from: &[u8]);
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! elements {
    ($($type:ty = $name:ident),*) => {$(
        impl sealed::Sealed for $type {}

        impl Element for $type {
            const TYPE: ElementType = ElementType::$name;

            fn write(elements: &[Self], to: &mut [u8]) {
                let (places, _) = to.as_chunks_mut();
                for (place, element) in places.iter_mut().zip(elements) {
                    *place = element.to_le_bytes();
                }
            }

            fn read(elements: &mut [Self], from: &[u8]) {
                let (bytes, _) = from.as_chunks();
                for (element, bytes) in elements.iter_mut().zip(bytes) {
                    *element = <$type>::from_le_bytes(*bytes);
                }
            }
        }
    )*};
}

elements!(
    f64 = F64,
    f32 = F32,
    i64 = I64,
    i32 = I32,
    i16 = I16,
    i8 = I8,
    u64 = U64,
    u32 = U32,
    u16 = U16,
    u8 = U8
);

impl sealed::Sealed for bool {}

impl Element for bool {
    const TYPE: ElementType = ElementType::Bool;

    fn write(elements: &[Self], to: &mut [u8]) {
        for (place, element) in to.iter_mut().zip(elements) {
            *place = u8::from(*element);
        }
    }

    fn read(elements: &mut [Self], from: &[u8]) {
        for (element, byte) in elements.iter_mut().zip(from) {
            *element = *byte != 0;
        }
    }
}

/// An array of numbers that was saved: the type of its elements, its shape, and its elements as bytes, the lowest byte first and the last
/// dimension the fastest. Clones share the bytes.
///
/// ```
/// use callbacks::persist::{ElementType, SavedTensor};
///
/// let saved = SavedTensor::of(&[1.0_f32, 2.0, 3.0, 4.0], &[2, 2])?;
/// assert_eq!((saved.element_type(), saved.shape(), saved.bytes().len()), (ElementType::F32, &[2, 2][..], 16));
/// let mut back = [0.0_f32; 4];
/// saved.read(&mut back, &[2, 2])?;
/// assert_eq!(back, [1.0, 2.0, 3.0, 4.0]);
///
/// let error = saved.read(&mut [0.0_f64; 4], &[2, 2]).unwrap_err();
/// assert_eq!(error.to_string(), "it is a tensor of F32 [2, 2], and not of F64 [2, 2]; load it into one of the same type and shape");
/// # Ok::<(), callbacks::persist::SavedValueError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SavedTensor {
    element_type: ElementType,
    shape: Vec<usize>,
    bytes: Arc<Vec<u8>>,
}

impl SavedTensor {
    /// Copies an array. The shape is `[]` for one number, and `[n]` for a list of `n`.
    pub fn of<T: Element>(elements: &[T], shape: &[usize]) -> Result<Self, SavedValueError> {
        Self::in_buffer(elements, shape, vec![0; size_of_val(elements)])
    }

    /// Copies an array into memory of its size.
    pub(super) fn in_buffer<T: Element>(
        elements: &[T],
        shape: &[usize],
        mut buffer: Vec<u8>,
    ) -> Result<Self, SavedValueError> {
        T::write(elements, &mut buffer);
        Self::from_bytes(T::TYPE, shape, buffer)
    }

    /// Makes a tensor of the bytes of its elements. An `Err` says that they are not as many as the shape says.
    ///
    /// ```
    /// # use callbacks::persist::{ElementType, SavedTensor};
    /// assert!(SavedTensor::from_bytes(ElementType::F16, &[3], vec![0; 6]).is_ok());
    /// assert!(SavedTensor::from_bytes(ElementType::F16, &[4], vec![0; 6]).is_err());
    /// ```
    pub fn from_bytes(
        element_type: ElementType,
        shape: &[usize],
        bytes: Vec<u8>,
    ) -> Result<Self, SavedValueError> {
        let mut dimensions = shape.iter();
        let size = dimensions.try_fold(element_type.size(), |size, dimension| {
            size.checked_mul(*dimension)
        });
        if size != Some(bytes.len()) {
            return Err(SavedValueError::new(format!(
                "a tensor of {element_type} {shape:?} does not have {} bytes",
                bytes.len()
            )));
        }
        Ok(Self {
            element_type,
            shape: shape.to_vec(),
            bytes: Arc::new(bytes),
        })
    }

    /// Copies the elements back into an array of the same type and shape.
    pub fn read<T: Element>(
        &self,
        elements: &mut [T],
        shape: &[usize],
    ) -> Result<(), SavedValueError> {
        self.expect(T::TYPE, shape)?;
        if size_of_val(elements) != self.bytes.len() {
            return Err(SavedValueError::new(format!(
                "it is a tensor of {} bytes, and not of {}",
                self.bytes.len(),
                size_of_val(elements)
            )));
        }
        T::read(elements, &self.bytes);
        Ok(())
    }

    /// Checks type and shape.
    pub fn expect(
        &self,
        element_type: ElementType,
        shape: &[usize],
    ) -> Result<(), SavedValueError> {
        if self.element_type == element_type && self.shape == shape {
            return Ok(());
        }
        Err(SavedValueError::new(format!(
            "it is a tensor of {} {:?}, and not of {element_type} {shape:?}; load it into one of the same type and shape",
            self.element_type, self.shape
        )))
    }

    /// Returns the type of the elements.
    pub const fn element_type(&self) -> ElementType {
        self.element_type
    }

    /// Returns the number of elements along each dimension.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Returns the elements as bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the memory of the elements, or the tensor if a clone shares it.
    pub(super) fn try_into_bytes(self) -> Result<Vec<u8>, Self> {
        let Self {
            element_type,
            shape,
            bytes,
        } = self;
        Arc::try_unwrap(bytes).map_err(|bytes| Self {
            element_type,
            shape,
            bytes,
        })
    }

    /// Returns the elements as bytes, without a copy if no clone shares them.
    pub fn into_bytes(self) -> Vec<u8> {
        Arc::unwrap_or_clone(self.bytes)
    }
}

impl fmt::Debug for SavedTensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.element_type, self.shape)
    }
}
