//! Metrics in a table: a column for each number.

mod support {
    pub(crate) mod classifier;
}

use callbacks::metrics::{Accuracy, ClassAverage, ClassScore, Metric};
use callbacks::prelude::*;
use callbacks::shelf::{Csv, Measure};
use std::io::Write;
use std::sync::{Arc, Mutex};
use support::classifier::{Classifier, Images, Logits};

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn accuracy() -> Measure<Fit, Accuracy, Logits, Images> {
    Measure::new(
        "accuracy",
        Accuracy::new(),
        |accuracy, logits: &Logits, images: &Images| accuracy.update(&logits.0, &images.labels),
    )
}

fn f1_of_classes() -> Measure<Fit, ClassScore, Logits, Images> {
    let f1 = ClassScore::f1(2, ClassAverage::PerClass);
    Measure::new("f1", f1, |f1, logits: &Logits, images: &Images| {
        f1.update(&logits.0, &images.labels)
    })
}

#[test]
fn a_table_has_a_column_for_each_number_also_if_the_first_round_lacks_them() {
    let half_right = vec![Images::of([(0, 0), (1, 1), (0, 1)]), Images::of([(1, 0)])];
    let page = Page::default();
    let mut trainer = Trainer::new(Classifier::default())
        .epochs(2)
        .valid(vec![Images::of([(0, 0), (1, 1)])])
        .callback(f1_of_classes().only("valid"))
        .callback(accuracy())
        .callback(Csv::new(page.clone()))
        .on(Fit::on_valid_begin, |epoch: &Epoch| match epoch.get() {
            1 => Flow::leave(Fit::VALID),
            _ => Flow::Continue,
        });
    let fitted = trainer.fit(half_right).unwrap();
    assert!(fitted.outcome.is_finished(), "{}", fitted.outcome);
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines,
        [
            "epoch,train_loss,train_accuracy,valid_f1.0,valid_f1.1,valid_accuracy,valid_loss",
            "1,1,0.5,,,,",
            "2,1,0.5,1,1,1,1"
        ]
    );
}
