//! A saved run as one value, and from it.

use super::saved_run::SavedCallback;
use super::{SavedEnding, SavedFields, SavedRun, SavedValue, SavedValueError};
use crate::period::{Amount, Periods};
use serde_core::de::{Deserialize, Deserializer, Error};
use serde_core::ser::{Serialize, Serializer};

/// The version of the layout. It changes when a program of an earlier version could not read it.
const LAYOUT: u32 = 1;

impl SavedRun {
    /// Returns the saved run as one value.
    ///
    /// ```
    /// use callbacks::persist::SavedRun;
    ///
    /// let saved = SavedRun::default();
    /// assert_eq!(SavedRun::from_value(saved.to_value())?, saved);
    /// # Ok::<(), callbacks::persist::SavedValueError>(())
    /// ```
    pub fn to_value(&self) -> SavedValue {
        let scopes = self.scopes.iter().cloned().map(SavedValue::Text);
        let counters = self
            .counters
            .iter()
            .map(|(name, count)| (name.clone(), count_value(*count)));
        let state = self
            .state
            .iter()
            .map(|(name, fields)| (name.clone(), fields.to_value()));
        let mut run = vec![
            ("layout", SavedValue::Integer(LAYOUT.into())),
            ("loop", SavedValue::Text(self.loop_name.clone())),
            ("scopes", SavedValue::List(scopes.collect())),
            ("counters", SavedValue::Map(counters.collect())),
            (
                "callbacks",
                SavedValue::List(self.callbacks.iter().map(SavedCallback::to_value).collect()),
            ),
            ("state", SavedValue::Map(state.collect())),
            ("periods", periods_value(&self.periods)),
        ];
        if let Some(ending) = &self.ending {
            run.push(("ending", ending.to_value()));
        }
        if self.is_partial {
            run.push(("partial", SavedValue::Bool(true)));
        }
        map(run)
    }

    /// Returns the saved run of a value that [`to_value`](Self::to_value) returned, also by a program of an earlier version.
    pub fn from_value(value: SavedValue) -> Result<Self, SavedValueError> {
        let mut fields = named(value, "a saved run")?;
        let layout: u32 = required(&mut fields, "layout")?;
        if layout > LAYOUT {
            let text = format!(
                "the saved run has the layout {layout}, and this version reads up to {LAYOUT}; use the version that saved it"
            );
            return Err(SavedValueError::new(text));
        }
        let counters = named(entry(&mut fields, "counters")?, "the counters")?;
        let callbacks = listed(entry(&mut fields, "callbacks")?, "the callbacks")?;
        let state = named(entry(&mut fields, "state")?, "the state")?;
        let ending = fields.remove("ending").map(SavedEnding::from_value);
        let callbacks: Result<_, _> = callbacks
            .into_iter()
            .map(SavedCallback::from_value)
            .collect();
        Ok(Self {
            loop_name: required(&mut fields, "loop")?,
            scopes: required(&mut fields, "scopes")?,
            counters: counters
                .into_iter()
                .map(read_count)
                .collect::<Result<_, _>>()?,
            callbacks: callbacks?,
            state: state
                .into_iter()
                .map(read_state)
                .collect::<Result<_, _>>()?,
            periods: read_periods(required(&mut fields, "periods")?)?,
            ending: ending.transpose()?,
            is_partial: fields.take("partial")?.unwrap_or_default(),
            allows_missing: false,
            leaves_sinks: false,
            renamed: Vec::new(),
            origin: None,
            syncs: Vec::new(),
        })
    }
}

impl SavedCallback {
    fn to_value(&self) -> SavedValue {
        map([
            ("name", SavedValue::Text(self.name.clone())),
            ("version", SavedValue::Integer(self.version.into())),
            ("fields", self.fields.to_value()),
        ])
    }

    fn from_value(value: SavedValue) -> Result<Self, SavedValueError> {
        let mut fields = named(value, "a saved callback")?;
        Ok(Self {
            name: required(&mut fields, "name")?,
            version: required(&mut fields, "version")?,
            fields: named(entry(&mut fields, "fields")?, "the fields of a callback")?,
        })
    }
}

fn map<'n>(entries: impl IntoIterator<Item = (&'n str, SavedValue)>) -> SavedValue {
    let entries = entries.into_iter();
    SavedValue::Map(
        entries
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}

/// Returns the entries of a map. `what` is the value in the error.
fn named(value: SavedValue, what: &str) -> Result<SavedFields, SavedValueError> {
    match value {
        SavedValue::Map(entries) => Ok(entries.into_iter().collect()),
        other => Err(SavedValueError::new(format!(
            "{what} must be a map, and is {}",
            other.kind()
        ))),
    }
}

/// Returns the elements of a list. `what` is the value in the error.
fn listed(value: SavedValue, what: &str) -> Result<Vec<SavedValue>, SavedValueError> {
    match value {
        SavedValue::List(values) => Ok(values),
        other => Err(SavedValueError::new(format!(
            "{what} must be a list, and is {}",
            other.kind()
        ))),
    }
}

/// Takes an entry that must be there.
fn entry(fields: &mut SavedFields, name: &str) -> Result<SavedValue, SavedValueError> {
    let missing = || SavedValueError::new(format!("the saved run has no `{name}`"));
    fields.remove(name).ok_or_else(missing)
}

/// Takes an entry that must be there, as a value of a type.
fn required<T: serde_core::de::DeserializeOwned>(
    fields: &mut SavedFields,
    name: &str,
) -> Result<T, SavedValueError> {
    let invalid = |error| SavedValueError::new(format!("`{name}` of the saved run: {error}"));
    entry(fields, name)?.into_type().map_err(invalid)
}

fn count_value(count: Amount) -> SavedValue {
    match count {
        Amount::Whole(count) => SavedValue::Integer(count.into()),
        Amount::Real(count) => SavedValue::Float(count),
    }
}

fn read_count((name, value): (String, SavedValue)) -> Result<(String, Amount), SavedValueError> {
    let count = match value {
        SavedValue::Float(count) => Amount::Real(count),
        other => Amount::Whole(other.into_type()?),
    };
    Ok((name, count))
}

fn read_state(
    (name, value): (String, SavedValue),
) -> Result<(String, SavedFields), SavedValueError> {
    let fields = named(value, &format!("`{name}` of the state"))?;
    Ok((name, fields))
}

/// An entry of the periods: callback, breakpoint, index, and the numbers of the state.
type PeriodEntry = (String, String, usize, Vec<u64>);

fn periods_value(periods: &Periods) -> SavedValue {
    let entries = periods
        .entries()
        .map(|(callback, breakpoint, nth, numbers)| {
            let text = |text: &str| SavedValue::Text(text.to_owned());
            let numbers = numbers
                .into_iter()
                .map(|number| SavedValue::Integer(number.into()));
            let nth = SavedValue::Integer(nth as i128);
            SavedValue::List(vec![
                text(callback),
                text(breakpoint),
                nth,
                SavedValue::List(numbers.collect()),
            ])
        });
    SavedValue::List(entries.collect())
}

fn read_periods(entries: Vec<PeriodEntry>) -> Result<Periods, SavedValueError> {
    let mut periods = Periods::default();
    for (callback, breakpoint, nth, numbers) in entries {
        let kept = periods.keep(&callback, &breakpoint, nth, &numbers);
        kept.map_err(|error| SavedValueError::new(error.to_string()))?;
    }
    Ok(periods)
}

impl Serialize for SavedRun {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(to)
    }
}

impl<'de> Deserialize<'de> for SavedRun {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::from_value(SavedValue::deserialize(from)?).map_err(D::Error::custom)
    }
}
