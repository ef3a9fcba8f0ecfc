//! Which values records have, and in which order.

use super::column::{Column, Kind};
use super::{entry, invalid};
use crate::persist::{SavedFields, SavedValue, SavedValueError};
use crate::record::Record;
use std::collections::HashMap;

/// The values that a record has, in their order, and those that it lacks. Most records of a run have the same layout.
pub(super) struct Layout<N> {
    /// The name of each value, and the index of its column.
    pub(super) values: Vec<(N, usize)>,
    pub(super) lacking: Vec<N>,
}

impl<'r> Layout<&'r str> {
    fn is_of(&self, record: &'r Record, columns: &[Column<'r>]) -> bool {
        let values = self
            .values
            .iter()
            .map(|(name, column)| (*name, columns[*column].kind));
        let of_record = record.iter().map(|(name, value)| (name, Kind::of(value)));
        values.eq(of_record) && self.lacking.iter().eq(record.lacking.iter())
    }

    fn save(&self, columns: &[Column<'r>]) -> Result<SavedValue, SavedValueError> {
        let values = self.values.iter().map(|(name, column)| {
            let kind = columns[*column].kind;
            entry(name, kind.name())
        });
        let values = SavedValue::Map(values.collect::<Result<_, _>>()?);
        let lacking = entry("lacking", &self.lacking)?;
        Ok(SavedValue::Map(vec![
            ("values".to_owned(), values),
            lacking,
        ]))
    }
}

impl Layout<String> {
    /// Reads a layout. `places` has the index of each column.
    pub(super) fn load(
        saved: SavedValue,
        places: &HashMap<(String, Kind), usize>,
    ) -> Result<Self, SavedValueError> {
        let mut saved = SavedFields::from_value(saved)?;
        let values = SavedFields::from_value(saved.remove("values").unwrap_or_default())?;
        let values = values.into_iter().map(|(name, kind)| {
            let place = places.get(&(name.clone(), Kind::load(kind)?));
            let place = place.ok_or_else(|| invalid(&format!("no values of `{name}`")))?;
            Ok((name, *place))
        });
        Ok(Self {
            values: values.collect::<Result<_, SavedValueError>>()?,
            lacking: saved.take("lacking")?.unwrap_or_default(),
        })
    }
}

/// The layouts and the columns of records.
#[derive(Default)]
pub(super) struct Layouts<'r> {
    distinct: Vec<Layout<&'r str>>,
    /// The index of each layout.
    known: HashMap<LayoutKey<'r>, usize>,
    /// The index of each record's layout.
    of_records: Vec<usize>,
    columns: Vec<Column<'r>>,
    /// The index of each column.
    places: HashMap<(&'r str, Kind), usize>,
}

/// What makes a layout: its values, and those that it lacks.
type LayoutKey<'r> = (Vec<(&'r str, Kind)>, Vec<&'r str>);

impl<'r> Layouts<'r> {
    /// Adds a record: its values to their columns.
    pub(super) fn push(&mut self, record: &'r Record) {
        let index = self.layout_of(record);
        self.of_records.push(index);
        let values = &self.distinct[index].values;
        for ((_, column), (_, value)) in values.iter().zip(record.iter()) {
            self.columns[*column].push(value);
        }
    }

    /// Returns the index of the record's layout.
    fn layout_of(&mut self, record: &'r Record) -> usize {
        if let Some(last) = self.of_records.last()
            && self.distinct[*last].is_of(record, &self.columns)
        {
            return *last;
        }
        let values = record.iter().map(|(name, value)| (name, Kind::of(value)));
        let lacking = record.lacking.iter().map(AsRef::as_ref);
        let key: LayoutKey<'r> = (values.collect(), lacking.collect());
        if let Some(index) = self.known.get(&key) {
            return *index;
        }
        let values = key
            .0
            .iter()
            .map(|(name, kind)| (*name, self.column_of(name, *kind)));
        let layout = Layout {
            values: values.collect(),
            lacking: key.1.clone(),
        };
        self.distinct.push(layout);
        self.known.insert(key, self.distinct.len() - 1);
        self.distinct.len() - 1
    }

    /// Returns the index of a column.
    fn column_of(&mut self, name: &'r str, kind: Kind) -> usize {
        let columns = &mut self.columns;
        *self.places.entry((name, kind)).or_insert_with(|| {
            columns.push(Column::new(name, kind));
            columns.len() - 1
        })
    }

    pub(super) fn save(&self, saved: &mut SavedFields) -> Result<(), SavedValueError> {
        let layouts = self
            .distinct
            .iter()
            .map(|layout| layout.save(&self.columns));
        let layouts = layouts.collect::<Result<_, _>>()?;
        saved.insert("layouts", SavedValue::List(layouts));
        saved.set("layout_of", &self.of_records)?;
        let mut values: Vec<(String, Vec<(String, SavedValue)>)> = Vec::new();
        let mut places = HashMap::new();
        for column in &self.columns {
            let place = *places.entry(column.name).or_insert_with(|| {
                values.push((column.name.to_owned(), Vec::new()));
                values.len() - 1
            });
            let kind = column.kind.name().to_owned();
            values[place].1.push((kind, column.save()?));
        }
        let values = values.into_iter();
        let values = values.map(|(name, kinds)| (name, SavedValue::Map(kinds)));
        saved.insert("values", SavedValue::Map(values.collect()));
        Ok(())
    }
}
