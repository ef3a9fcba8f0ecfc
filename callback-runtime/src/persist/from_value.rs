//! Loads a value of any type with `serde` from a [`SavedValue`].

use super::formats::{NUMBERS, TENSOR, tagged_name, tagged_tensor};
use super::nan::narrow_nan;
use super::number_part::NumberPart;
use super::to_value::SOME;
use super::{SavedValue, SavedValueError};
use serde_core::de::value::{MapDeserializer, SeqDeserializer};
use serde_core::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer,
    Unexpected, VariantAccess, Visitor,
};
use serde_core::forward_to_deserialize_any;

type Loaded<T> = Result<T, SavedValueError>;

impl SavedValue {
    /// Loads the value into a type. Fails if it is no value of the type, with what was found and what was expected.
    ///
    /// ```
    /// # use callbacks::persist::SavedValue;
    /// assert_eq!(SavedValue::Integer(7).into_type::<u8>()?, 7);
    /// let error = SavedValue::Integer(700).into_type::<u8>().unwrap_err();
    /// assert_eq!(error.to_string(), "invalid value: integer `700`, expected u8");
    /// # Ok::<(), callbacks::persist::SavedValueError>(())
    /// ```
    pub fn into_type<T: DeserializeOwned>(self) -> Result<T, SavedValueError> {
        T::deserialize(self)
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Integer(value) => match i64::try_from(*value) {
                Ok(value) => Unexpected::Signed(value),
                Err(_) => Unexpected::Other("a large whole number"),
            },
            Self::Float(value) => Unexpected::Float(*value),
            Self::Text(value) => Unexpected::Str(value),
            Self::Bytes(value) => Unexpected::Bytes(value),
            Self::Tensor(_) | Self::TensorName(_) => Unexpected::Other("a tensor"),
            Self::List(_) | Self::Numbers(_) | Self::NumbersName(_) => Unexpected::Seq,
            Self::Map(_) => Unexpected::Map,
        }
    }
}

impl<'de> Deserializer<'de> for SavedValue {
    type Error = SavedValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Loaded<V::Value> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Integer(value) => visit_integer(value, visitor),
            Self::Float(value) => visitor.visit_f64(value),
            Self::Text(value) => visitor.visit_string(value),
            Self::Bytes(value) => visitor.visit_byte_buf(value),
            Self::Numbers(numbers) => NumberPart::of(&numbers).deserialize_any(visitor),
            Self::NumbersName(name) => tagged_name(NUMBERS, name).deserialize_any(visitor),
            Self::Tensor(tensor) => tagged_tensor(TENSOR, tensor).deserialize_any(visitor),
            Self::TensorName(name) => tagged_name(TENSOR, name).deserialize_any(visitor),
            Self::List(values) => visit_list(values, visitor),
            Self::Map(entries) => visit_map(entries, visitor),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Loaded<V::Value> {
        match self {
            Self::Float(value) if let Some(nan) = narrow_nan(value) => visitor.visit_f32(nan),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Loaded<V::Value> {
        match self {
            Self::Tensor(tensor) => NumberPart::of(&tensor).deserialize_any(visitor),
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Loaded<V::Value> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Loaded<V::Value> {
        match self {
            Self::Null => visitor.visit_none(),
            Self::Map(mut entries) if matches!(&entries[..], [(name, _)] if name == SOME) => {
                let inner = entries.pop().map_or(Self::Null, |(_, inner)| inner);
                visitor.visit_some(inner)
            }
            some => visitor.visit_some(some),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Loaded<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Loaded<V::Value> {
        let (name, value) = match self {
            Self::Text(name) => (name, None),
            Self::Map(mut entries) if entries.len() == 1 => {
                let (name, value) = entries.remove(0);
                (name, Some(value))
            }
            other => {
                return Err(SavedValueError::invalid_type(
                    other.unexpected(),
                    &"an enum",
                ));
            }
        };
        visitor.visit_enum(FromVariant { name, value })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f64 char str string bytes byte_buf unit unit_struct tuple_struct
        map struct identifier ignored_any
    }
}

impl IntoDeserializer<'_, SavedValueError> for SavedValue {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn visit_integer<'de, V: Visitor<'de>>(value: i128, visitor: V) -> Loaded<V::Value> {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => visitor.visit_i64(value),
        (_, Ok(value)) => visitor.visit_u64(value),
        _ => visitor.visit_i128(value),
    }
}

fn visit_list<'de, V: Visitor<'de>>(values: Vec<SavedValue>, visitor: V) -> Loaded<V::Value> {
    let mut list = SeqDeserializer::new(values.into_iter());
    let loaded = visitor.visit_seq(&mut list)?;
    list.end()?;
    Ok(loaded)
}

fn visit_map<'de, V: Visitor<'de>>(
    entries: Vec<(String, SavedValue)>,
    visitor: V,
) -> Loaded<V::Value> {
    let entries = entries.into_iter().map(|(name, value)| (Key(name), value));
    let mut map = MapDeserializer::new(entries);
    let loaded = visitor.visit_map(&mut map)?;
    map.end()?;
    Ok(loaded)
}

/// The key of an entry: text, or the text of a whole number or a truth value.
struct Key(String);

impl IntoDeserializer<'_, SavedValueError> for Key {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Implements functions of a deserializer that read a number from the text of a key.
macro_rules! parsed_keys {
    ($($function:ident $visit:ident $of:ty),*) => {$(
        fn $function<V: Visitor<'de>>(self, visitor: V) -> Loaded<V::Value> {
            match self.0.parse::<$of>() {
                Ok(value) => visitor.$visit(value),
                Err(_) => Err(SavedValueError::invalid_value(Unexpected::Str(&self.0), &visitor)),
            }
        }
    )*};
}

impl<'de> Deserializer<'de> for Key {
    type Error = SavedValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Loaded<V::Value> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Loaded<V::Value> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Loaded<V::Value> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Loaded<V::Value> {
        visitor.visit_enum(FromVariant {
            name: self.0,
            value: None,
        })
    }

    parsed_keys!(
        deserialize_bool visit_bool bool,
        deserialize_i8 visit_i8 i8,
        deserialize_i16 visit_i16 i16,
        deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64,
        deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8,
        deserialize_u16 visit_u16 u16,
        deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
        deserialize_u128 visit_u128 u128
    );

    forward_to_deserialize_any! {
        f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A variant of an enum, and its values if it has any.
struct FromVariant {
    name: String,
    value: Option<SavedValue>,
}

impl<'de> EnumAccess<'de> for FromVariant {
    type Error = SavedValueError;
    type Variant = FromVariantValue;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Loaded<(S::Value, FromVariantValue)> {
        let name = seed.deserialize(Key(self.name))?;
        Ok((name, FromVariantValue(self.value)))
    }
}

/// The values of a variant, if it has any.
struct FromVariantValue(Option<SavedValue>);

impl<'de> VariantAccess<'de> for FromVariantValue {
    type Error = SavedValueError;

    fn unit_variant(self) -> Loaded<()> {
        match self.0 {
            None | Some(SavedValue::Null) => Ok(()),
            Some(value) => Err(SavedValueError::invalid_type(
                value.unexpected(),
                &"a variant without values",
            )),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Loaded<S::Value> {
        seed.deserialize(self.0.unwrap_or_default())
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Loaded<V::Value> {
        self.0.unwrap_or_default().deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Loaded<V::Value> {
        self.0.unwrap_or_default().deserialize_map(visitor)
    }
}
