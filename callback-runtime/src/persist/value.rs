//! Values that are saved: a tree that any format can hold.

use super::SavedTensor;
use std::fmt;

/// A value of a type with `serde`, as a tree. It keeps what `JSON` loses: NaN and infinities, and numbers to the last bit.
///
/// ```
/// use callbacks::persist::SavedValue;
///
/// let saved = SavedValue::of(&(Some(0.1), [f64::INFINITY; 2], "seven"))?;
/// assert_eq!(saved.to_string(), "[0.1, [inf, inf], \"seven\"]");
/// assert_eq!(saved.into_type::<(Option<f64>, [f64; 2], String)>()?, (Some(0.1), [f64::INFINITY; 2], "seven".to_owned()));
///
/// // Many numbers are saved as an array.
/// let saved = SavedValue::of(&vec![[0.5_f32; 3]; 1000])?;
/// assert_eq!(saved.to_string(), "F32 [1000, 3]");
/// assert_eq!(saved.into_type::<Vec<Vec<f32>>>()?, vec![vec![0.5; 3]; 1000]);
/// # Ok::<(), callbacks::persist::SavedValueError>(())
/// ```
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum SavedValue {
    /// `None`, `()`, and values of unit structs.
    #[default]
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number of any size.
    Integer(i128),
    /// A floating-point number. One of 32 bits is kept exactly.
    Float(f64),
    /// Text, a character, or the name of an enum's variant without values.
    Text(String),
    /// Bytes, of types that ask `serde` for bytes.
    Bytes(Vec<u8>),
    /// An array of numbers, which a checkpoint keeps in a file of its own.
    Tensor(SavedTensor),
    /// A tensor that is kept elsewhere, under this name; see [`SavedRun::take_tensors`](super::SavedRun::take_tensors).
    TensorName(String),
    /// A sequence of at least 32 numbers of one type, or of sequences of such numbers with equal lengths. A checkpoint keeps it in the file
    /// of the tensors. It is loaded like a list of these numbers.
    Numbers(SavedTensor),
    /// A sequence of numbers that is kept elsewhere, under this name.
    NumbersName(String),
    /// The elements of a sequence, an array or a tuple.
    List(Vec<SavedValue>),
    /// The fields of a struct, or the entries of a map, in their order. A variant with values is a map of one entry, named after the variant.
    Map(Vec<(String, SavedValue)>),
}

impl SavedValue {
    /// Returns what kind of value this is, for messages.
    ///
    /// ```
    /// # use callbacks::persist::SavedValue;
    /// assert_eq!(SavedValue::Float(0.5).kind(), "a floating-point number");
    /// ```
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a truth value",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a floating-point number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Tensor(_) | Self::TensorName(_) => "a tensor",
            Self::Numbers(_) | Self::NumbersName(_) => "a sequence of numbers",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

impl fmt::Display for SavedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            // `Debug` shows that 1.0 is no whole number.
            Self::Float(value) => write!(f, "{value:?}"),
            Self::Text(value) => write!(f, "{value:?}"),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Tensor(tensor) | Self::Numbers(tensor) => write!(f, "{tensor:?}"),
            Self::TensorName(name) => write!(f, "tensor {name:?}"),
            Self::NumbersName(name) => write!(f, "numbers {name:?}"),
            Self::List(values) => {
                let values = values.iter().map(DebugAsDisplay);
                f.debug_list().entries(values).finish()
            }
            Self::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(name, value)| (name, DebugAsDisplay(value)));
                f.debug_map().entries(entries).finish()
            }
        }
    }
}

impl fmt::Debug for SavedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value whose `Debug` text is its `Display` text.
struct DebugAsDisplay<'a>(&'a SavedValue);

impl fmt::Debug for DebugAsDisplay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
