//! Writes saved values and saved runs in any format of `serde` that describes itself, such as JSON.
//!
//! A format like JSON has no NaN, no infinities, no bytes, and no whole numbers beyond 64 bits. They are written as a map of one entry whose
//! name begins with `$`. A map that happens to look like one of these is written as `$map`.

use super::nan::widen;
use super::{ElementType, SavedTensor, SavedValue};
use serde_core::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_core::ser::{Serialize, SerializeMap, Serializer};
use std::fmt;

/// A floating-point number that is not finite: `NaN`, `inf`, `-inf`, or the bits of another NaN as a hexadecimal number.
const FLOAT: &str = "$float";
/// Bytes, as hexadecimal digits.
const BYTES: &str = "$bytes";
/// A whole number beyond 64 bits, in decimal digits.
const INTEGER: &str = "$integer";
/// A tensor: the type of its elements, its shape, and its bytes; or its name, if it is kept elsewhere.
pub(super) const TENSOR: &str = "$tensor";
/// A sequence of numbers, like a tensor.
pub(super) const NUMBERS: &str = "$numbers";
/// The entries of a map, as a list of pairs.
const MAP: &str = "$map";

impl Serialize for SavedValue {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Bool(value) => to.serialize_bool(*value),
            Self::Integer(value) => serialize_integer(*value, to),
            Self::Float(value) if value.is_finite() => to.serialize_f64(*value),
            Self::Float(value) => serialize_tagged(to, FLOAT, &float_text(*value)),
            Self::Text(value) => to.serialize_str(value),
            Self::Bytes(bytes) => serialize_tagged(to, BYTES, &hexadecimal(bytes)),
            Self::Numbers(numbers) => tagged_tensor(NUMBERS, numbers.clone()).serialize_as_is(to),
            Self::NumbersName(name) => serialize_tagged(to, NUMBERS, name),
            Self::Tensor(tensor) => tagged_tensor(TENSOR, tensor.clone()).serialize_as_is(to),
            Self::TensorName(name) => serialize_tagged(to, TENSOR, name),
            Self::List(values) => to.collect_seq(values),
            Self::Map(entries) if is_ambiguous(entries) => serialize_tagged(to, MAP, entries),
            Self::Map(_) => self.serialize_as_is(to),
        }
    }
}

impl SavedValue {
    /// Serializes a map with its entries, also if it looks like a value that is written as a map.
    fn serialize_as_is<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Map(entries) => {
                let entries = entries.iter().map(|(name, value)| (name, value));
                to.collect_map(entries)
            }
            other => other.serialize(to),
        }
    }
}

/// Returns a tensor, or a sequence of numbers, as a map of one entry.
pub(super) fn tagged_tensor(tag: &str, tensor: SavedTensor) -> SavedValue {
    let element_type = SavedValue::Text(tensor.element_type().name().to_owned());
    let shape = tensor.shape().iter();
    let shape = shape.map(|length| SavedValue::Integer(*length as i128));
    let shape = SavedValue::List(shape.collect());
    let parts = vec![element_type, shape, SavedValue::Bytes(tensor.into_bytes())];
    SavedValue::Map(vec![(tag.to_owned(), SavedValue::List(parts))])
}

/// Returns the name of a tensor, or of a sequence of numbers, as a map of one entry.
pub(super) fn tagged_name(tag: &str, name: String) -> SavedValue {
    SavedValue::Map(vec![(tag.to_owned(), SavedValue::Text(name))])
}

fn read_tensor(parts: Vec<SavedValue>) -> Option<SavedTensor> {
    let [SavedValue::Text(name), shape, SavedValue::Bytes(bytes)] =
        <[SavedValue; 3]>::try_from(parts).ok()?
    else {
        return None;
    };
    let shape: Vec<usize> = shape.into_type().ok()?;
    SavedTensor::from_bytes(ElementType::of_name(&name)?, &shape, bytes).ok()
}

fn serialize_integer<S: Serializer>(value: i128, to: S) -> Result<S::Ok, S::Error> {
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => to.serialize_i64(value),
        (_, Ok(value)) => to.serialize_u64(value),
        _ => serialize_tagged(to, INTEGER, &value.to_string()),
    }
}

fn serialize_tagged<S: Serializer, T: Serialize + ?Sized>(
    to: S,
    tag: &'static str,
    value: &T,
) -> Result<S::Ok, S::Error> {
    let mut map = to.serialize_map(Some(1))?;
    map.serialize_entry(tag, value)?;
    map.end()
}

/// Whether the entries look like a value that is written as a map of one entry.
fn is_ambiguous(entries: &[(String, SavedValue)]) -> bool {
    matches!(entries, [(name, _)] if [FLOAT, BYTES, INTEGER, TENSOR, NUMBERS, MAP].contains(&name.as_str()))
}

/// Returns the text of a number that is not finite. The usual NaN has a name, so that people can read it.
fn float_text(value: f64) -> String {
    if value.is_nan() && value.to_bits() != f64::NAN.to_bits() {
        return format!("{:016x}", value.to_bits());
    }
    value.to_string()
}

fn parse_float(text: &str) -> Option<f64> {
    match text {
        "NaN" => Some(f64::NAN),
        "inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        bits => u64::from_str_radix(bits, 16).ok().map(f64::from_bits),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

fn parse_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16)?.try_into().ok())
        .collect();
    let pairs = digits?;
    let (pairs, rest) = pairs.as_chunks::<2>();
    rest.is_empty()
        .then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

impl<'de> Deserialize<'de> for SavedValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ReadValue)
    }
}

/// Reads a value from a format that describes itself.
struct ReadValue;

impl<'de> Visitor<'de> for ReadValue {
    type Value = SavedValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a saved value")
    }

    fn visit_unit<E>(self) -> Result<SavedValue, E> {
        Ok(SavedValue::Null)
    }

    fn visit_none<E>(self) -> Result<SavedValue, E> {
        Ok(SavedValue::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<SavedValue, D::Error> {
        SavedValue::deserialize(from)
    }

    fn visit_bool<E>(self, value: bool) -> Result<SavedValue, E> {
        Ok(SavedValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<SavedValue, E> {
        Ok(SavedValue::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<SavedValue, E> {
        Ok(SavedValue::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<SavedValue, E> {
        Ok(SavedValue::Integer(value))
    }

    fn visit_f32<E>(self, value: f32) -> Result<SavedValue, E> {
        Ok(SavedValue::Float(widen(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<SavedValue, E> {
        Ok(SavedValue::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<SavedValue, E> {
        Ok(SavedValue::Text(value.to_owned()))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<SavedValue, E> {
        Ok(SavedValue::Bytes(value.to_vec()))
    }

    fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<SavedValue, E> {
        Ok(SavedValue::Bytes(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<SavedValue, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(SavedValue::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SavedValue, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        if is_ambiguous(&entries)
            && let Some((tag, value)) = entries.pop()
        {
            return read_tagged(&tag, value).ok_or_else(|| {
                de::Error::custom(format!("`{tag}` has a value that it cannot have"))
            });
        }
        Ok(SavedValue::Map(entries))
    }
}

/// Reads a value that is written as a map of one entry.
fn read_tagged(tag: &str, value: SavedValue) -> Option<SavedValue> {
    match (tag, value) {
        (FLOAT, SavedValue::Text(text)) => parse_float(&text).map(SavedValue::Float),
        (BYTES, SavedValue::Text(text)) => parse_hexadecimal(&text).map(SavedValue::Bytes),
        (INTEGER, SavedValue::Text(text)) => text.parse().ok().map(SavedValue::Integer),
        (TENSOR, SavedValue::Text(name)) => Some(SavedValue::TensorName(name)),
        (TENSOR, SavedValue::List(parts)) => read_tensor(parts).map(SavedValue::Tensor),
        (NUMBERS, SavedValue::Text(name)) => Some(SavedValue::NumbersName(name)),
        (NUMBERS, SavedValue::List(parts)) => read_tensor(parts).map(SavedValue::Numbers),
        (MAP, SavedValue::List(pairs)) => {
            let entries: Option<Vec<_>> = pairs.into_iter().map(read_pair).collect();
            entries.map(SavedValue::Map)
        }
        _ => None,
    }
}

fn read_pair(pair: SavedValue) -> Option<(String, SavedValue)> {
    match pair {
        SavedValue::List(pair) => match <[SavedValue; 2]>::try_from(pair) {
            Ok([SavedValue::Text(name), value]) => Some((name, value)),
            _ => None,
        },
        _ => None,
    }
}
