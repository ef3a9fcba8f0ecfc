//! A record in a saved run.

use super::{Complex, Progress, Record, Round, Stats, Value};
use crate::persist::{Fields, SavedValue, SavedValueError};
use std::borrow::Cow;

type Entries = Vec<(Cow<'static, str>, Value)>;

impl Record {
    /// Names what a saved run has of the record, for a value of the state that keeps records. The names that are declared are those of the
    /// run that continues.
    ///
    /// ```
    /// # use callbacks::persist::{SavedFields, SavedValueError};
    /// # use callbacks::Record;
    /// let (mut record, mut loaded) = (Record::default(), Record::default());
    /// record.set("loss", 0.5);
    /// SavedFields::save(|fields| record.persist(fields))?.load(|fields| loaded.persist(fields))?;
    /// assert_eq!(loaded.get("loss"), Some(0.5));
    /// # Ok::<(), SavedValueError>(())
    /// ```
    pub fn persist(&mut self, fields: &mut Fields<'_>) {
        let mut number = self.round.number();
        fields.field("round", &mut number);
        self.round = Round::new(self.round.unit(), number);
        fields.field_with(
            "progress",
            &mut self.progress,
            |progress| save_progress(*progress),
            load_progress,
        );
        fields.field_with(
            "values",
            &mut self.entries,
            |entries| Ok(save_entries(entries)),
            load_entries,
        );
        fields.field("lacking", &mut self.lacking);
    }
}

/// The names of the states of a record, in files.
const PROGRESS: [(Progress, &str); 3] = [
    (Progress::UnderWay, "under way"),
    (Progress::CutShort, "cut short"),
    (Progress::Complete, "complete"),
];

fn save_progress(progress: Progress) -> Result<SavedValue, SavedValueError> {
    let name = PROGRESS.iter().find(|(each, _)| *each == progress);
    SavedValue::of(&name.map(|(_, name)| name))
}

fn load_progress(progress: &mut Progress, saved: SavedValue) -> Result<(), SavedValueError> {
    let saved: String = saved.into_type()?;
    let Some((found, _)) = PROGRESS.iter().find(|(_, name)| *name == saved) else {
        return Err(SavedValueError::new(format!("a record is not `{saved}`")));
    };
    *progress = *found;
    Ok(())
}

fn save_entries(entries: &Entries) -> SavedValue {
    let entries = entries.iter();
    SavedValue::Map(
        entries
            .map(|(name, value)| (name.to_string(), save(value)))
            .collect(),
    )
}

fn load_entries(entries: &mut Entries, saved: SavedValue) -> Result<(), SavedValueError> {
    let SavedValue::Map(saved) = saved else {
        return Err(SavedValueError::new(format!(
            "the values of a record are {}, and no map",
            saved.kind()
        )));
    };
    let loaded: Result<_, _> = saved
        .into_iter()
        .map(|(name, value)| Ok((name.into(), load(value)?)))
        .collect();
    *entries = loaded?;
    Ok(())
}

/// Saves a value. A number, a whole number and a text are themselves; the others are a map of one entry, named after their kind.
fn save(value: &Value) -> SavedValue {
    let numbers = |numbers: &[f64]| {
        SavedValue::List(numbers.iter().copied().map(SavedValue::Float).collect())
    };
    let kind =
        |kind: &str, values: &[f64]| SavedValue::Map(vec![(kind.to_owned(), numbers(values))]);
    match value {
        Value::Number(number) => SavedValue::Float(*number),
        Value::Integer(number) => SavedValue::Integer((*number).into()),
        Value::Text(text) => SavedValue::Text(text.to_string()),
        Value::Complex(Complex { re, im }) => kind("complex", &[*re, *im]),
        Value::Vector(values) => kind("vector", values),
        Value::Stats(stats) => kind("stats", &[stats.mean, stats.error_of_mean, stats.variance]),
    }
}

fn load(saved: SavedValue) -> Result<Value, SavedValueError> {
    Ok(match saved {
        SavedValue::Float(number) => Value::Number(number),
        SavedValue::Text(text) => Value::Text(text.into()),
        SavedValue::Map(mut entries) if entries.len() == 1 => {
            let (kind, numbers) = entries.remove(0);
            load_numbers(&kind, numbers.into_type()?)?
        }
        other => Value::Integer(other.into_type()?),
    })
}

fn load_numbers(kind: &str, numbers: Vec<f64>) -> Result<Value, SavedValueError> {
    match (kind, numbers.as_slice()) {
        ("complex", [re, im]) => Ok(Value::Complex(Complex { re: *re, im: *im })),
        ("stats", [mean, error_of_mean, variance]) => Ok(Value::Stats(Stats {
            mean: *mean,
            error_of_mean: *error_of_mean,
            variance: *variance,
        })),
        ("vector", _) => Ok(Value::Vector(numbers)),
        _ => {
            let count = numbers.len();
            Err(SavedValueError::new(format!(
                "a record has no `{kind}` of {count} numbers"
            )))
        }
    }
}
