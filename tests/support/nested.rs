//! Values with sequences of numbers in every place that `serde` knows.

use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// A number by its bits, so that two of them are equal if all of their bits are. Written and read as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Double(pub(crate) u64);

/// A number of 32 bits by its bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Single(pub(crate) u32);

impl Serialize for Double {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f64(f64::from_bits(self.0))
    }
}

impl<'de> Deserialize<'de> for Double {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(f64::deserialize(from)?.to_bits()))
    }
}

impl Serialize for Single {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_f32(f32::from_bits(self.0))
    }
}

impl<'de> Deserialize<'de> for Single {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(Self(f32::deserialize(from)?.to_bits()))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Metres(Double);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Wrapped(Vec<Single>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Nested {
    Doubles(Vec<Double>),
    Singles(Vec<Single>),
    Bytes(Vec<u8>),
    Signed(Vec<i8>),
    Short(Vec<i16>),
    Whole(Vec<i64>),
    Large(Vec<u64>),
    Huge(Vec<i128>),
    Truths(Vec<bool>),
    Letters(Vec<char>),
    Points(Vec<[Double; 3]>),
    Pairs(Vec<(u16, u16)>),
    /// Each element has numbers of two types.
    Samples(Vec<(u32, Double)>),
    Matrix(Vec<Vec<Single>>),
    Cube(Vec<Vec<Vec<i32>>>),
    Some(Vec<Option<Double>>),
    Newtypes(Vec<Metres>),
    Maybe(Option<Vec<Double>>),
    MaybeOfRows(Vec<Option<Vec<i64>>>),
    Line(Double, Double),
    Fixed(Box<[Double; 32]>),
    Fields {
        weights: Wrapped,
        inner: Box<Nested>,
    },
    Named(BTreeMap<String, Vec<Double>>),
    List(Vec<Nested>),
}

fn doubles() -> impl Strategy<Value = Double> + Clone {
    any::<u64>().prop_map(Double)
}

fn singles() -> impl Strategy<Value = Single> + Clone {
    // Half of them are NaN, of any bits.
    let nan = any::<u32>().prop_map(|bits| bits | 0x7f80_0001);
    prop_oneof![any::<u32>(), nan].prop_map(Single)
}

/// Lengths below, at and above the one from which numbers are an array.
fn lengths() -> impl Strategy<Value = usize> {
    prop_oneof![0_usize..4, 30_usize..34, 60_usize..70]
}

/// Sequences of these lengths.
fn many<T: Strategy + Clone>(element: T) -> impl Strategy<Value = Vec<T::Value>>
where
    T::Value: std::fmt::Debug,
{
    lengths().prop_flat_map(move |length| vec(element.clone(), length))
}

/// Sequences of sequences, of equal lengths or of any.
fn rows<T: Strategy + Clone>(element: T) -> impl Strategy<Value = Vec<Vec<T::Value>>>
where
    T::Value: std::fmt::Debug,
{
    let (equal, any) = (element.clone(), element);
    let equal = (0_usize..8, 0_usize..8).prop_flat_map(move |(m, n)| vec(vec(equal.clone(), n), m));
    prop_oneof![equal, vec(many(any), 0..4)]
}

fn leaves() -> impl Strategy<Value = Nested> {
    let cubes = (0_usize..5, 0_usize..4, 0_usize..4)
        .prop_flat_map(|(l, m, n)| vec(vec(vec(any::<i32>(), n), m), l));
    let mostly_some = prop::option::weighted(0.98, doubles());
    let maybe_rows = rows(any::<i64>()).prop_map(|rows| {
        let some = |row: Vec<i64>| (row.len() != 2).then_some(row);
        rows.into_iter().map(some).collect()
    });
    let fixed = vec(doubles(), 32).prop_map(|all| Box::new(all.try_into().unwrap()));
    prop_oneof![
        many(doubles()).prop_map(Nested::Doubles),
        many(singles()).prop_map(Nested::Singles),
        many(any::<u8>()).prop_map(Nested::Bytes),
        many(any::<i8>()).prop_map(Nested::Signed),
        many(any::<i16>()).prop_map(Nested::Short),
        many(any::<i64>()).prop_map(Nested::Whole),
        many(any::<u64>()).prop_map(Nested::Large),
        many(any::<i128>()).prop_map(Nested::Huge),
        many(any::<bool>()).prop_map(Nested::Truths),
        many(any::<char>()).prop_map(Nested::Letters),
        vec([doubles(), doubles(), doubles()], 0..20).prop_map(Nested::Points),
        vec(any::<(u16, u16)>(), 0..20).prop_map(Nested::Pairs),
        vec((any::<u32>(), doubles()), 0..20).prop_map(Nested::Samples),
        rows(singles()).prop_map(Nested::Matrix),
        cubes.prop_map(Nested::Cube),
        many(mostly_some).prop_map(Nested::Some),
        many(doubles().prop_map(Metres)).prop_map(Nested::Newtypes),
        prop::option::of(many(doubles())).prop_map(Nested::Maybe),
        maybe_rows.prop_map(Nested::MaybeOfRows),
        (doubles(), doubles()).prop_map(|(x, y)| Nested::Line(x, y)),
        fixed.prop_map(Nested::Fixed),
    ]
}

pub(crate) fn values() -> impl Strategy<Value = Nested> {
    leaves().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            (many(singles()), inner.clone()).prop_map(|(weights, inner)| Nested::Fields {
                weights: Wrapped(weights),
                inner: Box::new(inner),
            }),
            btree_map("[a-z.$]{0,3}", many(doubles()), 0..4).prop_map(Nested::Named),
            vec(inner, 0..4).prop_map(Nested::List),
        ]
    })
}
