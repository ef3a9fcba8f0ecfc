//! The records of all epochs so far.

use super::{Epoch, Fit};
use callback_runtime::persist::{Fields, SavedFields, SavedValue, SavedValueError};
use callback_runtime::{Record, Rounds};

/// The record of each [complete](Record::is_complete) epoch. An epoch is added after its `on_epoch_end`. Epochs that a stop, an
/// interrupt or a leave cut short are listed separately, by [`cut_short`](Self::cut_short).
///
/// ```
/// use callbacks::prelude::*;
/// # use doc_models::{Line, Points};
/// let mut trainer = Trainer::new(Line::default()).epochs(3);
/// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
/// for (epoch, record) in fitted.history.iter() {
///     println!("{epoch}: {record:.3}");
/// }
/// assert_eq!((fitted.history.len(), fitted.history.is_empty()), (3, false));
/// # Ok::<(), PlanError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    epochs: Vec<(Epoch, Record)>,
}

impl History {
    /// Returns the complete epochs with their records, the first epoch first.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(3);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// let last = fitted.history.iter().next_back().unwrap();
    /// assert_eq!(last.0.get(), 3);
    /// assert!(last.1.get("train_loss") < Some(4.0));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Epoch, &Record)> {
        self.all().filter(|(_, record)| record.is_complete())
    }

    /// Returns the epochs that were cut short, with the records that they have. Their mean losses are over the batches before the cut.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let in_the_third = |epoch: &Epoch| match epoch.get() {
    ///     3 => Flow::stop("enough"),
    ///     _ => Flow::Continue,
    /// };
    /// let mut trainer = Trainer::new(Line::default()).epochs(9).on(Fit::on_train_batch_end, in_the_third);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)]); 2])?;
    /// assert_eq!(fitted.history.len(), 2);
    /// let (epoch, record) = fitted.history.cut_short().next().unwrap();
    /// assert_eq!((epoch.get(), record.get("train_loss").is_some()), (3, true));
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn cut_short(&self) -> impl DoubleEndedIterator<Item = (Epoch, &Record)> {
        self.all().filter(|(_, record)| !record.is_complete())
    }

    fn all(&self) -> impl DoubleEndedIterator<Item = (Epoch, &Record)> {
        self.epochs.iter().map(|(epoch, record)| (*epoch, record))
    }

    /// Returns one metric, for each complete epoch that has it.
    ///
    /// ```
    /// # use callbacks::prelude::*;
    /// # use doc_models::{Line, Points};
    /// let mut trainer = Trainer::new(Line::default()).epochs(3);
    /// let fitted = trainer.fit(vec![Points(vec![(1.0, 2.0)])])?;
    /// let losses: Vec<f64> = fitted.history.of("train_loss").map(|(_, loss)| loss).collect();
    /// assert!(losses.is_sorted_by(|loss, next| loss > next));
    /// assert_eq!(fitted.history.of("valid_loss").count(), 0);
    /// # Ok::<(), PlanError>(())
    /// ```
    pub fn of(&self, name: &str) -> impl Iterator<Item = (Epoch, f64)> {
        self.iter()
            .filter_map(move |(epoch, record)| Some((epoch, record.get(name)?)))
    }

    /// Returns the number of complete epochs.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether no epoch is complete.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Names what a saved run has of the history.
    pub(super) fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field_with("epochs", &mut self.epochs, |epochs| save(epochs), load);
    }

    pub(super) fn push(&mut self, epoch: Epoch, record: Record) {
        self.epochs.push((epoch, record));
    }
}

/// Saves the epochs as columns: each checkpoint has all of them.
fn save(epochs: &[(Epoch, Record)]) -> Result<SavedValue, SavedValueError> {
    let numbers: Vec<u64> = epochs.iter().map(|(epoch, _)| epoch.get()).collect();
    let records = Record::save_rounds(epochs.iter().map(|(_, record)| record))?;
    let mut saved = SavedFields::default();
    saved.set("numbers", &numbers)?;
    saved.insert("records", records);
    Ok(saved.into_value())
}

fn load(epochs: &mut Vec<(Epoch, Record)>, saved: SavedValue) -> Result<(), SavedValueError> {
    let mut saved = SavedFields::from_value(saved)?;
    let numbers: Vec<u64> = saved.take("numbers")?.unwrap_or_default();
    let records = saved.remove("records").unwrap_or_default();
    let records = Record::load_rounds(records, Fit::ROUND)?;
    if numbers.len() != records.len() {
        let (numbers, records) = (numbers.len(), records.len());
        let text = format!("the history has {numbers} epochs and {records} records");
        return Err(SavedValueError::new(text));
    }
    *epochs = numbers.into_iter().map(Epoch::new).zip(records).collect();
    Ok(())
}
