// Fields, a raw name, a function, and two callbacks of one type parameter.

use callbacks::BoxError;
use callbacks::persist::{Fields, SavedFields};
use callbacks::prelude::*;

struct Best<T> {
    best: Option<f64>,
    r#type: String,
    other: T,
}

#[callback(register = false, persist(best, r#type, version = 2, migrate = Self::migrate))]
impl<T: Clone> Best<T> {
    fn on_epoch_end(&mut self, record: &Record) {
        self.best = record.get("valid_loss");
        let _ = self.other.clone();
    }
}

impl<T> Best<T> {
    fn migrate(_from: u32, fields: &mut SavedFields) -> Result<(), BoxError> {
        fields.rename("best_loss", "best");
        Ok(())
    }
}

struct Count(u64);

#[callback(Fit, Driver, register = false, persist = Self::persist)]
impl Count {
    fn on_exit(&mut self) {
        self.0 += 1;
    }
}

impl Count {
    fn persist(&mut self, fields: &mut Fields<'_>) {
        fields.field("count", &mut self.0);
    }
}

fn main() {
    let mut plan = Plan::<Fit>::new();
    plan.add(Best { best: None, r#type: String::new(), other: 3 });
    plan.add(Count(0));
    plan.persist::<Vec<f64>>("weights");
    let mut saved = None;
    let outcome = plan.run(&mut State::new(), |run| Ok(saved = Some(run.save()?)));
    assert!(outcome.unwrap().is_finished());
    let saved = saved.unwrap();
    assert_eq!(saved.callback("Best").unwrap().names().collect::<Vec<_>>(), ["best", "type"]);
    assert_eq!(saved.callback("Count").unwrap().names().collect::<Vec<_>>(), ["count"]);
}
