//! Epochs and passes that a stop, an interrupt or a leave cuts short: what the metrics and the history say of them, and which handlers
//! have a last call.

mod support {
    pub(crate) mod journal;
    pub(crate) mod line;
}

use callbacks::fit::{Epoch, Fit, Trainer};
use callbacks::{Attach, Flow};
use support::journal::Journal;
use support::line::{Line, inputs};

fn trainer() -> Trainer<Line> {
    Trainer::new(Line::new(&Journal::default()))
}

#[test]
fn an_epoch_that_was_cut_short_is_not_counted_in_the_history_and_kept_apart() {
    let cuts = [
        Flow::stop("enough"),
        Flow::interrupt("SIGINT"),
        Flow::leave(Fit::EPOCH),
        Flow::leave(Fit::FIT),
    ];
    let before_the_last_pass_is_through = [
        (Fit::on_epoch_begin, None),
        (Fit::on_train_begin, None),
        (Fit::on_train_batch_begin, None),
        (Fit::on_train_batch_end, Some(1.0)),
        (Fit::on_train_end, Some(1.5)),
        (Fit::on_valid_begin, Some(1.5)),
        (Fit::on_valid_batch_end, Some(1.5)),
    ];
    for cut in cuts {
        for (at, train_loss) in before_the_last_pass_is_through {
            let cut = cut.clone();
            let in_the_second = move |epoch: &Epoch| match epoch.get() {
                2 => cut.clone(),
                _ => Flow::Continue,
            };
            let trainer = trainer().learning_rate(0.0).epochs(2);
            let mut trainer = trainer.valid(inputs([1.0, 1.0])).on(at, in_the_second);
            let history = trainer.fit(inputs([1.0, 2.0])).unwrap().history;
            let whole: Vec<_> = history.iter().map(|(epoch, _)| epoch.get()).collect();
            assert_eq!((whole, history.len()), (vec![1], 1), "{at:?}");
            let apart: Vec<_> = history.cut_short().collect();
            let [(epoch, metrics)] = apart[..] else {
                panic!("one epoch was cut short at {at:?}: {apart:?}");
            };
            assert_eq!((epoch.get(), metrics.get("train_loss")), (2, train_loss));
        }
    }
}

#[test]
fn an_epoch_whose_passes_have_all_been_made_or_left_counts_in_the_history() {
    let ends = [
        (Fit::on_valid_end, Flow::stop("enough")),
        (Fit::on_valid_end, Flow::leave(Fit::EPOCH)),
        (Fit::on_epoch_end, Flow::stop("enough")),
        (Fit::on_train_begin, Flow::leave(Fit::TRAIN)),
        (Fit::on_train_batch_begin, Flow::leave(Fit::TRAIN)),
        (Fit::on_train_batch_end, Flow::leave(Fit::TRAIN_BATCH)),
        (Fit::on_valid_begin, Flow::leave(Fit::VALID)),
        (Fit::on_valid_batch_end, Flow::leave(Fit::VALID)),
    ];
    for (at, flow) in ends {
        let mut trainer = trainer().valid(inputs([1.0])).on(at, move || flow.clone());
        let history = trainer.fit(inputs([1.0])).unwrap().history;
        assert_eq!(
            (history.len(), history.cut_short().count()),
            (1, 0),
            "{at:?}"
        );
    }
    let stop = || Flow::stop("enough");
    let mut without_validation = trainer().on(Fit::on_train_end, stop);
    let fitted = without_validation.fit(inputs([1.0])).unwrap();
    assert_eq!(fitted.history.len(), 1);
}

#[test]
fn metrics_say_what_a_pass_that_was_left_before_its_first_loss_would_have_added() {
    let both = &["train_loss", "valid_loss"][..];
    let cases = [
        (Fit::on_train_begin, Flow::leave(Fit::TRAIN), &both[..1]),
        (
            Fit::on_train_batch_begin,
            Flow::leave(Fit::TRAIN_BATCH),
            &both[..1],
        ),
        (
            Fit::on_valid_batch_after_pred,
            Flow::leave(Fit::VALID),
            &both[1..],
        ),
        (Fit::on_train_batch_end, Flow::leave(Fit::TRAIN), &[]),
        (Fit::on_valid_batch_end, Flow::leave(Fit::VALID_BATCH), &[]),
    ];
    for (at, flow, lacking) in cases {
        let mut trainer = trainer().valid(inputs([1.0])).on(at, move || flow.clone());
        let history = trainer.fit(inputs([1.0, 1.0])).unwrap().history;
        let (_, metrics) = history.iter().next().unwrap();
        assert_eq!(metrics.lacking().collect::<Vec<_>>(), lacking, "{at:?}");
        for name in lacking {
            assert_eq!(metrics.get(name), None);
        }
    }
    // Without batches there is no loss either, but nothing was left.
    let history = trainer().fit(|_| Vec::new()).unwrap().history;
    assert_eq!(history.iter().next().unwrap().1.lacking().count(), 0);
}

#[test]
fn the_metrics_of_an_evaluation_that_was_stopped_are_not_complete() {
    for (stops, is_complete) in [(true, false), (false, true)] {
        let flow = move || {
            if stops {
                Flow::stop("enough")
            } else {
                Flow::Continue
            }
        };
        let mut trainer = trainer().on(Fit::on_valid_batch_end, flow);
        let evaluated = trainer.evaluate(inputs([1.0, 2.0])).unwrap();
        assert_eq!(evaluated.record.is_complete(), is_complete);
    }
}

#[test]
fn a_handler_has_its_last_call_in_every_ending_but_a_failure() {
    let endings: [(Ending, bool); 5] = [
        (|| Ok(Flow::Continue), true),
        (|| Ok(Flow::stop("enough")), true),
        (|| Ok(Flow::interrupt("SIGINT")), true),
        (|| Ok(Flow::leave(Fit::FIT)), true),
        (|| Err("broken"), false),
    ];
    for (end, has_last_call) in endings {
        let journal = Journal::default();
        let mut trainer = trainer().epochs(3);
        let in_the_third = move |epoch: &Epoch| match epoch.get() {
            3 => end(),
            _ => Ok(Flow::Continue),
        };
        trainer.plan().on(Fit::on_train_batch_end, in_the_third);
        trainer.plan().add_local(Last(journal.clone()));
        let outcome = trainer.fit(inputs([1.0])).unwrap().outcome;
        let saved = if has_last_call { &["saved"][..] } else { &[] };
        assert_eq!(journal.take(), saved, "{outcome}");
    }
}

/// What a handler answers in the third epoch.
type Ending = fn() -> Result<Flow, &'static str>;

/// Notes that it has saved, every 10 epochs and at the end.
struct Last(Journal);

#[callbacks::callback(register = false)]
impl Last {
    #[every(epochs = 10, last)]
    fn on_epoch_end(&self) {
        self.0.note("saved");
    }
}
