//! Saves a value of any type with `serde` as a [`SavedValue`].

use super::numbers::{Number, NumberArray};
use super::{SavedValue, SavedValueError};
use serde_core::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

type Saved<T = Written> = Result<T, SavedValueError>;

/// The name of the entry that holds a `Some` whose value is saved as nothing, which could not be told from `None`.
pub(super) const SOME: &str = "$some";

impl SavedValue {
    /// Saves a value. Types that `serde` cannot write fail, such as maps whose keys are neither text nor whole numbers.
    ///
    /// ```
    /// # use callbacks::persist::SavedValue;
    /// # use std::collections::BTreeMap;
    /// let counts = BTreeMap::from([(3, "three"), (7, "seven")]);
    /// assert_eq!(SavedValue::of(&counts)?.to_string(), r#"{"3": "three", "7": "seven"}"#);
    /// assert!(SavedValue::of(&BTreeMap::from([([1, 2], "a list")])).is_err());
    /// # Ok::<(), callbacks::persist::SavedValueError>(())
    /// ```
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, SavedValueError> {
        value.serialize(ToValue)?.into_value()
    }
}

/// What a value has written. Numbers stay as they are until it is known whether they are those of an array.
enum Written {
    Value(SavedValue),
    Number(Number),
    Array(NumberArray),
}

impl Written {
    fn into_value(self) -> Saved<SavedValue> {
        match self {
            Self::Value(value) => Ok(value),
            Self::Number(number) => number.into_value(),
            Self::Array(array) => array.into_value(),
        }
    }

    /// Begins an array of such elements, if one can have them.
    fn begin_array(&self, capacity: usize) -> Option<NumberArray> {
        match self {
            Self::Value(_) => None,
            Self::Number(first) => Some(NumberArray::of_number(*first, capacity)),
            Self::Array(first) => Some(NumberArray::of_array(first, capacity)),
        }
    }

    /// Puts the value inside of a variant of an enum, if there is one.
    fn inside_of(self, variant: Option<&str>) -> Saved {
        match variant {
            None => Ok(self),
            Some(name) => Ok(variant_of(name, self.into_value()?)),
        }
    }
}

/// A value inside of a variant of an enum.
fn variant_of(name: &str, value: SavedValue) -> Written {
    Written::Value(SavedValue::Map(vec![(name.to_owned(), value)]))
}

/// Implements functions of a serializer for types that arrays have.
macro_rules! numbers {
    ($($function:ident $of:ty),*) => {$(
        #[inline]
        fn $function(self, value: $of) -> Saved {
            Ok(Written::Number(Number::of(value)))
        }
    )*};
}

/// Writes one value.
struct ToValue;

impl Serializer for ToValue {
    type Ok = Written;
    type Error = SavedValueError;
    type SerializeSeq = ToList;
    type SerializeTuple = ToList;
    type SerializeTupleStruct = ToList;
    type SerializeTupleVariant = ToList;
    type SerializeMap = ToMap;
    type SerializeStruct = ToMap;
    type SerializeStructVariant = ToMap;

    numbers!(
        serialize_bool bool,
        serialize_i8 i8,
        serialize_i16 i16,
        serialize_i32 i32,
        serialize_i64 i64,
        serialize_u8 u8,
        serialize_u16 u16,
        serialize_u32 u32,
        serialize_u64 u64,
        serialize_f32 f32,
        serialize_f64 f64
    );

    fn serialize_i128(self, value: i128) -> Saved {
        Ok(Written::Value(SavedValue::Integer(value)))
    }

    fn serialize_u128(self, value: u128) -> Saved {
        match value.try_into() {
            Ok(value) => self.serialize_i128(value),
            Err(_) => Err(SavedValueError::new(format!(
                "{value} is too large; save it as text"
            ))),
        }
    }

    fn serialize_char(self, value: char) -> Saved {
        Ok(Written::Value(SavedValue::Text(value.into())))
    }

    fn serialize_str(self, value: &str) -> Saved {
        Ok(Written::Value(SavedValue::Text(value.to_owned())))
    }

    fn serialize_bytes(self, value: &[u8]) -> Saved {
        Ok(Written::Value(SavedValue::Bytes(value.to_vec())))
    }

    fn serialize_none(self) -> Saved {
        Ok(Written::Value(SavedValue::Null))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Saved {
        let value = value.serialize(ToValue)?;
        let is_ambiguous = match &value {
            Written::Value(SavedValue::Null) => true,
            Written::Value(SavedValue::Map(entries)) => {
                entries.iter().any(|(name, _)| name == SOME)
            }
            _ => false,
        };
        value.inside_of(is_ambiguous.then_some(SOME))
    }

    fn serialize_unit(self) -> Saved {
        Ok(Written::Value(SavedValue::Null))
    }

    fn serialize_unit_struct(self, _: &'static str) -> Saved {
        Ok(Written::Value(SavedValue::Null))
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Saved {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Saved {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Saved {
        Ok(variant_of(name, SavedValue::of(value)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Saved<ToList> {
        Ok(ToList::new(None, length.unwrap_or_default()))
    }

    fn serialize_tuple(self, length: usize) -> Saved<ToList> {
        Ok(ToList::new(None, length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Saved<ToList> {
        Ok(ToList::new(None, length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        length: usize,
    ) -> Saved<ToList> {
        Ok(ToList::new(Some(name), length))
    }

    fn serialize_map(self, _: Option<usize>) -> Saved<ToMap> {
        Ok(ToMap::new(None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Saved<ToMap> {
        Ok(ToMap::new(None))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Saved<ToMap> {
        Ok(ToMap::new(Some(name)))
    }
}

/// Collects the elements of a sequence, and the name of its variant if it has one.
struct ToList {
    variant: Option<&'static str>,
    /// How many elements there are, as the sequence says.
    length: usize,
    elements: Elements,
}

/// The elements of a sequence so far.
enum Elements {
    /// No elements, or elements that do not fit into one array.
    Values(Vec<SavedValue>),
    Array(NumberArray),
}

impl ToList {
    const fn new(variant: Option<&'static str>, length: usize) -> Self {
        Self {
            variant,
            length,
            elements: Elements::Values(Vec::new()),
        }
    }

    #[inline]
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Saved<()> {
        let written = value.serialize(ToValue)?;
        if let (Elements::Array(array), Written::Number(number)) = (&mut self.elements, &written)
            && array.push_number(*number)
        {
            return Ok(());
        }
        self.push_other(written)
    }

    /// Adds what is no further number of an array: the first element, an array, or an element that makes the sequence a list.
    fn push_other(&mut self, written: Written) -> Saved<()> {
        if let (Elements::Array(array), Written::Array(next)) = (&mut self.elements, &written)
            && array.push_array(next)
        {
            return Ok(());
        }
        if self.is_empty()
            && let Some(array) = written.begin_array(self.length)
        {
            self.elements = Elements::Array(array);
            return Ok(());
        }
        self.push_value(written.into_value()?)
    }

    fn is_empty(&self) -> bool {
        matches!(&self.elements, Elements::Values(values) if values.is_empty())
    }

    fn push_value(&mut self, value: SavedValue) -> Saved<()> {
        let none = Elements::Values(Vec::new());
        let mut values = match std::mem::replace(&mut self.elements, none) {
            Elements::Values(values) => values,
            Elements::Array(array) => array.into_values()?,
        };
        values.push(value);
        self.elements = Elements::Values(values);
        Ok(())
    }

    fn finish(self) -> Saved {
        let written = match self.elements {
            Elements::Values(values) => Written::Value(SavedValue::List(values)),
            Elements::Array(array) => Written::Array(array),
        };
        written.inside_of(self.variant)
    }
}

/// Collects the entries of a map, and the name of its variant if it has one.
struct ToMap {
    variant: Option<&'static str>,
    entries: Vec<(String, SavedValue)>,
    /// The key whose value comes next.
    key: String,
}

impl ToMap {
    const fn new(variant: Option<&'static str>) -> Self {
        Self {
            variant,
            entries: Vec::new(),
            key: String::new(),
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Saved<()> {
        self.entries.push((name.to_owned(), SavedValue::of(value)?));
        Ok(())
    }

    fn finish(self) -> Saved {
        Written::Value(SavedValue::Map(self.entries)).inside_of(self.variant)
    }
}

/// Implements a trait of `serde` for the elements of a list.
macro_rules! elements {
    ($($of:ident::$add:ident),*) => {$(
        impl $of for ToList {
            type Ok = Written;
            type Error = SavedValueError;

            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Saved<()> {
                self.push(value)
            }

            fn end(self) -> Saved {
                self.finish()
            }
        }
    )*};
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// Implements a trait of `serde` for the fields of a struct.
macro_rules! fields {
    ($($of:ident),*) => {$(
        impl $of for ToMap {
            type Ok = Written;
            type Error = SavedValueError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Saved<()> {
                self.push(name, value)
            }

            fn end(self) -> Saved {
                self.finish()
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for ToMap {
    type Ok = Written;
    type Error = SavedValueError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Saved<()> {
        self.key = key_text(SavedValue::of(key)?)?;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Saved<()> {
        let key = std::mem::take(&mut self.key);
        self.push(&key, value)
    }

    fn end(self) -> Saved {
        self.finish()
    }
}

/// Returns the text of a key.
fn key_text(key: SavedValue) -> Saved<String> {
    match key {
        SavedValue::Text(text) => Ok(text),
        SavedValue::Integer(number) => Ok(number.to_string()),
        SavedValue::Bool(value) => Ok(value.to_string()),
        other => Err(SavedValueError::new(format!(
            "{} cannot be a key; use text or whole numbers, or save the map as a list of pairs",
            other.kind()
        ))),
    }
}
