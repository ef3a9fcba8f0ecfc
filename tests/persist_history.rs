//! The records of many rounds come back as they were, and their size in a manifest does not grow with the rounds.

use callbacks::persist::{SavedFields, SavedRun, SavedValue};
use callbacks::prelude::*;
use callbacks::{Complex, Record, Round, Stats, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

fn numbers() -> impl Strategy<Value = f64> + Clone {
    prop_oneof![
        any::<f64>(),
        any::<u64>().prop_map(f64::from_bits),
        Just(f64::NAN)
    ]
}

fn metrics() -> impl Strategy<Value = Value> {
    let stats = (numbers(), numbers(), numbers()).prop_map(|(mean, error_of_mean, variance)| {
        Value::Stats(Stats {
            mean,
            error_of_mean,
            variance,
        })
    });
    prop_oneof![
        4 => numbers().prop_map(Value::Number),
        1 => any::<i64>().prop_map(Value::Integer),
        1 => any::<String>().prop_map(Value::from),
        1 => (numbers(), numbers()).prop_map(|(re, im)| Value::Complex(Complex { re, im })),
        1 => vec(numbers(), 0..4).prop_map(Value::Vector),
        1 => stats,
    ]
}

fn names() -> impl Strategy<Value = &'static str> {
    select(vec![
        "loss",
        "valid_loss",
        "loss.number",
        "number",
        "",
        "重み",
    ])
}

/// Records in all states, with any values in any order.
fn records() -> impl Strategy<Value = Record> {
    let values = vec((names(), metrics()), 0..5);
    let record = (any::<u64>(), values, vec(names(), 0..3), 0..3);
    record.prop_map(|(number, values, lacking, progress)| {
        let mut record = Record::default();
        record.begin(Round::new("epoch", number));
        for (name, value) in values {
            record.set(name, value);
        }
        for name in lacking {
            record.lack(name);
        }
        match progress {
            0 => record.cut_short(),
            1 => record.complete(),
            _ => {}
        }
        record
    })
}

/// Returns all of a record as text, with the bits of its numbers.
fn text_of(record: &Record) -> String {
    let bits = |numbers: &[f64]| {
        format!(
            "{:x?}",
            numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>()
        )
    };
    let values = record.iter().map(|(name, value)| {
        let value = match value {
            Value::Number(number) => bits(&[*number]),
            Value::Complex(value) => bits(&[value.re, value.im]),
            Value::Stats(stats) => bits(&[stats.mean, stats.error_of_mean, stats.variance]),
            Value::Vector(numbers) => format!("vector {}", bits(numbers)),
            other => format!("{other:?}"),
        };
        format!("{name} = {value}")
    });
    let values: Vec<_> = values.collect();
    let lacking: Vec<_> = record.lacking().collect();
    // Nothing else tells a round under way from one that was cut short.
    let is_cut_short = format!("{record:?}").contains("progress: CutShort");
    let (round, is_complete) = (record.round(), record.is_complete());
    format!("{round} {values:?} {lacking:?} {is_complete} {is_cut_short}")
}

fn texts(records: &[Record]) -> Vec<String> {
    records.iter().map(text_of).collect()
}

proptest! {
    #[test]
    fn records_come_back_as_they_were(records in vec(records(), 0..12), times in 1_usize..5) {
        // Several times the same, so that columns are long.
        let records: Vec<Record> = (0..times).flat_map(|_| records.clone()).collect();
        let saved = Record::save_rounds(&records).unwrap();
        prop_assert_eq!(texts(&Record::load_rounds(saved.clone(), "epoch").unwrap()), texts(&records));

        let json = serde_json::to_string(&saved).unwrap();
        let read: SavedValue = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(texts(&Record::load_rounds(read, "epoch").unwrap()), texts(&records));
    }

    #[test]
    fn records_that_were_changed_are_refused_or_other_records(
        records in vec(records(), 1..6), field in 0_usize..7, change in 0_usize..4,
    ) {
        let names = ["rounds", "cut_short", "under_way", "layouts", "layout_of", "values"];
        let mut saved = SavedFields::from_value(Record::save_rounds(&records).unwrap()).unwrap();
        if let Some(name) = names.get(field) {
            match change {
                0 => drop(saved.remove(name)),
                1 => saved.insert(*name, SavedValue::Null),
                2 => saved.insert(*name, SavedValue::List(vec![SavedValue::Integer(1000)])),
                _ => saved.insert(*name, SavedValue::Map(Vec::new())),
            }
        }
        // No panic, and no memory for what is not there.
        if let Ok(loaded) = Record::load_rounds(saved.into_value(), "epoch") {
            prop_assert_eq!(loaded.len(), records.len());
        }
    }
}

/// Saves so many epochs with three metrics; one is missing in each tenth epoch.
fn history(epochs: u32) -> SavedRun {
    let records = (1..=epochs).map(|epoch| {
        let mut record = Record::default();
        record.begin(Round::new("epoch", epoch.into()));
        record.set("train_loss", 1.0 / f64::from(epoch));
        if epoch % 10 != 0 {
            record.set("valid_loss", f64::NAN);
        }
        record.set("correct", epoch);
        record.complete();
        record
    });
    let records: Vec<Record> = records.collect();
    let mut plan = Plan::<Driver>::new();
    plan.persist_fields("records", |records: &mut Vec<Record>, fields| {
        let load = |records: &mut Vec<Record>, saved| {
            *records = Record::load_rounds(saved, "epoch")?;
            Ok(())
        };
        fields.field_with("all", records, |all| Record::save_rounds(all), load);
    });
    let mut state = State::new();
    state.insert(records);
    let mut saved = SavedRun::default();
    let outcome = plan.run(&mut state, |run| {
        saved = run.save()?;
        Ok(())
    });
    assert!(outcome.unwrap().is_finished());
    saved
}

#[test]
fn a_long_history_is_a_few_arrays() {
    let (mut short, mut long) = (history(200), history(20_000));
    let (_, tensors) = (short.take_tensors(), long.take_tensors());
    let names: Vec<&str> = tensors.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "state/records/all.layout_of",
            "state/records/all.rounds",
            "state/records/all.values.correct.integer",
            "state/records/all.values.train_loss.number",
            "state/records/all.values.valid_loss.number",
        ]
    );
    assert_eq!(
        tensors["state/records/all.values.valid_loss.number"].shape(),
        [18_000]
    );
    let size = |saved: &SavedRun| serde_json::to_string(saved).unwrap().len();
    assert_eq!(size(&short), size(&long));
}

#[test]
fn a_column_that_does_not_fit_the_records_is_refused() {
    let mut record = Record::default();
    record.set("loss", 0.5);
    record.set("occupations", [0.5, 0.5]);
    let error = |column: &str, value: SavedValue| {
        let saved = Record::save_rounds([&record, &record]).unwrap();
        let mut saved = SavedFields::from_value(saved).unwrap();
        let mut values = SavedFields::from_value(saved.remove("values").unwrap()).unwrap();
        values.insert(column, value);
        saved.insert("values", values.into_value());
        let loaded = Record::load_rounds(saved.into_value(), "epoch");
        loaded.unwrap_err().to_string()
    };
    let map = |name: &str, value| SavedValue::Map(vec![(name.to_owned(), value)]);
    let numbers = |count: usize| SavedValue::of(&vec![0.5; count]).unwrap();
    assert_eq!(
        error("loss", map("number", numbers(1))),
        "the saved records have a column that is too short"
    );
    assert_eq!(
        error("loss", map("number", numbers(3))),
        "the saved records have a column that is too long"
    );
    assert_eq!(
        error("loss", map("colour", numbers(2))),
        "the saved records have values of an unknown kind `colour`"
    );
    assert_eq!(
        error("loss", SavedValue::Map(Vec::new())),
        "the saved records have no values of `loss`"
    );
    for (count, what) in [(3, "short"), (5, "long")] {
        let mut vectors = SavedFields::default();
        vectors.set("lengths", &[2, 2]).unwrap();
        vectors.insert("numbers", numbers(count));
        assert_eq!(
            error("occupations", map("vector", vectors.into_value())),
            format!("the saved records have vectors that are too {what}")
        );
    }
}
