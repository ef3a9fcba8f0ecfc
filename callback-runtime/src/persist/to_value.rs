//! Saves a value of any type with `serde` as a [`SavedValue`].

use super::{SavedValue, SavedValueError};
use serde_core::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

type Saved<T = SavedValue> = Result<T, SavedValueError>;

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
        value.serialize(ToValue)
    }
}

/// Writes one value.
struct ToValue;

impl Serializer for ToValue {
    type Ok = SavedValue;
    type Error = SavedValueError;
    type SerializeSeq = ToList;
    type SerializeTuple = ToList;
    type SerializeTupleStruct = ToList;
    type SerializeTupleVariant = ToList;
    type SerializeMap = ToMap;
    type SerializeStruct = ToMap;
    type SerializeStructVariant = ToMap;

    fn serialize_bool(self, value: bool) -> Saved {
        Ok(SavedValue::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Saved {
        self.serialize_i128(value.into())
    }

    fn serialize_i16(self, value: i16) -> Saved {
        self.serialize_i128(value.into())
    }

    fn serialize_i32(self, value: i32) -> Saved {
        self.serialize_i128(value.into())
    }

    fn serialize_i64(self, value: i64) -> Saved {
        self.serialize_i128(value.into())
    }

    fn serialize_i128(self, value: i128) -> Saved {
        Ok(SavedValue::Integer(value))
    }

    fn serialize_u8(self, value: u8) -> Saved {
        self.serialize_i128(value.into())
    }

    fn serialize_u16(self, value: u16) -> Saved {
        self.serialize_i128(value.into())
    }

    fn serialize_u32(self, value: u32) -> Saved {
        self.serialize_i128(value.into())
    }

    fn serialize_u64(self, value: u64) -> Saved {
        self.serialize_i128(value.into())
    }

    fn serialize_u128(self, value: u128) -> Saved {
        match value.try_into() {
            Ok(value) => self.serialize_i128(value),
            Err(_) => Err(SavedValueError::new(format!(
                "{value} is too large; save it as text"
            ))),
        }
    }

    fn serialize_f32(self, value: f32) -> Saved {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Saved {
        Ok(SavedValue::Float(value))
    }

    fn serialize_char(self, value: char) -> Saved {
        Ok(SavedValue::Text(value.into()))
    }

    fn serialize_str(self, value: &str) -> Saved {
        Ok(SavedValue::Text(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Saved {
        Ok(SavedValue::Bytes(value.to_vec()))
    }

    fn serialize_none(self) -> Saved {
        Ok(SavedValue::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Saved {
        let value = SavedValue::of(value)?;
        let is_ambiguous = match &value {
            SavedValue::Null => true,
            SavedValue::Map(entries) => entries.iter().any(|(name, _)| name == SOME),
            _ => false,
        };
        Ok(if is_ambiguous {
            variant(SOME, value)
        } else {
            value
        })
    }

    fn serialize_unit(self) -> Saved {
        Ok(SavedValue::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Saved {
        Ok(SavedValue::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, name: &'static str) -> Saved {
        self.serialize_str(name)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Saved {
        SavedValue::of(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Saved {
        Ok(variant(name, SavedValue::of(value)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Saved<ToList> {
        Ok(ToList::new(None))
    }

    fn serialize_tuple(self, _: usize) -> Saved<ToList> {
        Ok(ToList::new(None))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Saved<ToList> {
        Ok(ToList::new(None))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Saved<ToList> {
        Ok(ToList::new(Some(name)))
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

/// A value inside a variant of an enum.
fn variant(name: &str, value: SavedValue) -> SavedValue {
    SavedValue::Map(vec![(name.to_owned(), value)])
}

/// Collects the elements of a sequence, and the name of its variant if it has one.
struct ToList {
    variant: Option<&'static str>,
    values: Vec<SavedValue>,
}

impl ToList {
    const fn new(variant: Option<&'static str>) -> Self {
        Self {
            variant,
            values: Vec::new(),
        }
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Saved<()> {
        self.values.push(SavedValue::of(value)?);
        Ok(())
    }

    fn finish(self) -> SavedValue {
        let list = SavedValue::List(self.values);
        match self.variant {
            None => list,
            Some(name) => variant(name, list),
        }
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

    fn finish(self) -> SavedValue {
        let map = SavedValue::Map(self.entries);
        match self.variant {
            None => map,
            Some(name) => variant(name, map),
        }
    }
}

/// Implements a trait of `serde` for the elements of a list.
macro_rules! elements {
    ($($of:ident::$add:ident),*) => {$(
        impl $of for ToList {
            type Ok = SavedValue;
            type Error = SavedValueError;

            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Saved<()> {
                self.push(value)
            }

            fn end(self) -> Saved {
                Ok(self.finish())
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
            type Ok = SavedValue;
            type Error = SavedValueError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Saved<()> {
                self.push(name, value)
            }

            fn end(self) -> Saved {
                Ok(self.finish())
            }
        }
    )*};
}

fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for ToMap {
    type Ok = SavedValue;
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
        Ok(self.finish())
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
