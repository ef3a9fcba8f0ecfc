//! The records of many rounds in a saved run: as columns, so that a history of thousands of rounds is a few arrays.
//!
//! - `layout`: which values records have, and in which order;
//! - `column`: the values of one name and kind.

mod column;
mod layout;

use super::{Progress, Record, Round};
use crate::persist::{SavedFields, SavedValue, SavedValueError};
use column::SavedColumn;
use layout::{Layout, Layouts};
use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

impl Record {
    /// Saves the records of many rounds. Each metric is one array, with the values of the records that have it; which records do is saved, too,
    /// so that NaN is a value like any other. [`load_rounds`](Self::load_rounds) returns the records.
    ///
    /// ```
    /// use callbacks::Record;
    ///
    /// let losses = [0.5, 0.25, 0.125];
    /// let records = losses.map(|loss| {
    ///     let mut record = Record::default();
    ///     record.set("loss", loss);
    ///     record
    /// });
    /// let saved = Record::save_rounds(&records)?;
    /// let loaded = Record::load_rounds(saved, "epoch")?;
    /// assert_eq!(loaded[1].get("loss"), Some(0.25));
    /// # Ok::<(), callbacks::persist::SavedValueError>(())
    /// ```
    pub fn save_rounds<'r>(
        records: impl IntoIterator<Item = &'r Self>,
    ) -> Result<SavedValue, SavedValueError> {
        let mut rounds = Rounds::default();
        let mut layouts = Layouts::default();
        for record in records {
            rounds.push(record);
            layouts.push(record);
        }
        let mut saved = SavedFields::default();
        rounds.save(&mut saved)?;
        layouts.save(&mut saved)?;
        Ok(saved.into_value())
    }

    /// Returns the records that [`save_rounds`](Self::save_rounds) has saved. `unit` is what counts the rounds, such as `epoch`.
    pub fn load_rounds(
        saved: SavedValue,
        unit: &'static str,
    ) -> Result<Vec<Self>, SavedValueError> {
        let mut saved = SavedFields::from_value(saved)?;
        let rounds = Rounds::load(&mut saved)?;
        let mut layouts = SavedLayouts::load(&mut saved)?;
        if rounds.numbers.len() != layouts.of_records.len() {
            return Err(invalid("not as many rounds as layouts"));
        }
        let of_records = std::mem::take(&mut layouts.of_records);
        let mut records = Vec::with_capacity(of_records.len());
        for (number, layout) in rounds.numbers.iter().zip(of_records) {
            let round = Round::new(unit, *number);
            records.push(layouts.next_record(round, layout)?);
        }
        rounds.mark(&mut records)?;
        layouts.check_end()?;
        Ok(records)
    }
}

/// The numbers of the rounds, and which of the records are not complete.
#[derive(Default)]
struct Rounds {
    numbers: Vec<u64>,
    /// The indices of the records of rounds that were cut short.
    cut_short: Vec<usize>,
    under_way: Vec<usize>,
}

impl Rounds {
    fn push(&mut self, record: &Record) {
        let index = self.numbers.len();
        self.numbers.push(record.round.number());
        match record.progress {
            Progress::Complete => {}
            Progress::CutShort => self.cut_short.push(index),
            Progress::UnderWay => self.under_way.push(index),
        }
    }

    fn save(&self, saved: &mut SavedFields) -> Result<(), SavedValueError> {
        saved.set("rounds", &self.numbers)?;
        saved.set("cut_short", &self.cut_short)?;
        saved.set("under_way", &self.under_way)
    }

    fn load(saved: &mut SavedFields) -> Result<Self, SavedValueError> {
        Ok(Self {
            numbers: required(saved, "rounds")?,
            cut_short: required(saved, "cut_short")?,
            under_way: required(saved, "under_way")?,
        })
    }

    /// Marks the records that are not complete.
    fn mark(&self, records: &mut [Record]) -> Result<(), SavedValueError> {
        for (indices, progress) in [
            (&self.cut_short, Progress::CutShort),
            (&self.under_way, Progress::UnderWay),
        ] {
            for index in indices {
                let record = records.get_mut(*index);
                let record = record.ok_or_else(|| invalid("a round that is not there"))?;
                record.progress = progress;
            }
        }
        Ok(())
    }
}

/// Saved layouts and columns, from which the records are taken one after the other.
struct SavedLayouts {
    layouts: Vec<Layout<String>>,
    /// The index of each record's layout.
    of_records: Vec<usize>,
    columns: Vec<SavedColumn>,
}

impl SavedLayouts {
    fn load(saved: &mut SavedFields) -> Result<Self, SavedValueError> {
        let values = saved.remove("values").unwrap_or_default();
        let mut columns = Vec::new();
        for (name, kinds) in SavedFields::from_value(values)? {
            for (kind, column) in SavedFields::from_value(kinds)? {
                columns.push(SavedColumn::load(&name, &kind, column)?);
            }
        }
        let places = column::places(&columns);
        let layouts: Vec<SavedValue> = match saved.remove("layouts") {
            Some(SavedValue::List(layouts)) => layouts,
            _ => return Err(invalid("no list of layouts")),
        };
        let layouts = layouts
            .into_iter()
            .map(|layout| Layout::load(layout, &places));
        Ok(Self {
            layouts: layouts.collect::<Result<_, _>>()?,
            of_records: required(saved, "layout_of")?,
            columns,
        })
    }

    /// Takes the values of the next record.
    fn next_record(&mut self, round: Round, layout: usize) -> Result<Record, SavedValueError> {
        let layout = self.layouts.get(layout);
        let layout = layout.ok_or_else(|| invalid("a layout that is not there"))?;
        let mut record = Record {
            round,
            ..Record::default()
        };
        for (name, column) in &layout.values {
            let value = self.columns.get_mut(*column).and_then(SavedColumn::next);
            let value = value.ok_or_else(|| invalid("a column that is too short"))?;
            record.entries.push((name.clone().into(), value));
        }
        let lacking = layout.lacking.iter();
        record.lacking = lacking.map(|name| name.clone().into()).collect();
        Ok(record)
    }

    fn check_end(&mut self) -> Result<(), SavedValueError> {
        let is_over = self.columns.iter_mut().all(|each| each.next().is_none());
        if is_over {
            return Ok(());
        }
        Err(invalid("a column that is too long"))
    }
}

/// Takes a field that must be there.
fn required<T: DeserializeOwned>(
    saved: &mut SavedFields,
    name: &str,
) -> Result<T, SavedValueError> {
    let value = saved.take(name)?;
    value.ok_or_else(|| invalid(&format!("no `{name}`")))
}

fn invalid(what: &str) -> SavedValueError {
    SavedValueError::new(format!("the saved records have {what}"))
}

/// Saves a value as an entry of a map.
fn entry<T: Serialize + ?Sized>(
    name: &str,
    value: &T,
) -> Result<(String, SavedValue), SavedValueError> {
    Ok((name.to_owned(), SavedValue::of(value)?))
}
