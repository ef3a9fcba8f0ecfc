//! The message for a number that a callback watches and that the record does not have.

use super::{Record, Value};
use crate::plan::nearest;

impl Record {
    /// Says that the record has no number called `name`, and what to write instead. It names the most similar number of the
    /// record, or the reason why the run has no number with this beginning ([`Availability::may_lack`](crate::Availability::may_lack)). For the error of a callback that watches the number, such as
    /// `EarlyStopping`.
    ///
    /// ```
    /// # use callbacks::{Record, Round};
    /// let mut record = Record::default();
    /// record.begin(Round::new("epoch", 1));
    /// record.set("valid_loss", 0.5);
    /// let text = record.explain_absence("vaild_loss");
    /// assert!(text.starts_with("there is no number `vaild_loss` at epoch 1; did you mean `valid_loss`?"));
    /// ```
    pub fn explain_absence(&self, name: &str) -> String {
        let (names, shown) = (self.number_names(), self.shown_names());
        let round = self.round();
        let reason = self.absence_reason(name, &names);
        let watch = match shown.join(", ") {
            shown if shown.is_empty() => "log it before a stopper looks".to_owned(),
            shown => format!("monitor one of these: {shown}"),
        };
        format!(
            "there is no number `{name}` at {round}; {reason}{watch}; for a number of later rounds, write \
             `.produces(\"{name}\")` where the callback or the closure that adds it is attached, or `.start_from(…)` on the stopper"
        )
    }

    /// Returns why the record has no such number, if that is known: the run measures none, or the name is misspelt.
    fn absence_reason(&self, name: &str, names: &[String]) -> String {
        let mut lacks = self.context.may_lack();
        let lack = lacks.find(|(beginning, _)| {
            name.starts_with(beginning) && !names.iter().any(|other| other.starts_with(beginning))
        });
        let known = names.iter().map(String::as_str);
        match (lack, nearest(name, known)) {
            (Some((_, because)), _) => format!("{because}; "),
            (None, Some(near)) => format!("did you mean `{near}`? "),
            (None, None) => String::new(),
        }
    }

    /// Returns the names of all numbers.
    fn number_names(&self) -> Vec<String> {
        let entries = self.iter();
        entries
            .flat_map(|(name, value)| names_of(name, value))
            .collect()
    }

    /// Returns the names of all numbers as a person reads them: a long vector is one range.
    fn shown_names(&self) -> Vec<String> {
        let entries = self.iter();
        let shown = entries.flat_map(|(name, value)| match value {
            Value::Vector(values) if values.len() > 3 => {
                vec![format!("{name}.0 to {name}.{}", values.len() - 1)]
            }
            _ => names_of(name, value),
        });
        shown.collect()
    }
}

/// Returns the names of the numbers in a value of a record: its own name, and those of its parts.
fn names_of(name: &str, value: &Value) -> Vec<String> {
    let whole = value.number().map(|_| name.to_owned());
    let parts = value.parts().filter_map(|(part, _)| part);
    let parts = parts.map(|part| format!("{name}.{part}"));
    whole.into_iter().chain(parts).collect()
}
