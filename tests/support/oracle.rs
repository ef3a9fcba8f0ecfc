//! What a scripted run must look like: the promises about flows and endings, as a model of a few lines.

use super::script::{ACTORS, Act, Deed, Job, Seen, WITNESS};
use std::collections::BTreeMap;

/// The fit loop as luz has it, with `on_update_end`.
enum Piece {
    At(&'static str),
    /// From here on the batch has a loss.
    Loss,
    Scope {
        name: &'static str,
        ends: [&'static str; 2],
        body: Vec<Piece>,
    },
}

fn scope(name: &'static str, ends: [&'static str; 2], body: Vec<Piece>) -> Piece {
    Piece::Scope { name, ends, body }
}

fn train_batch() -> Piece {
    let ends = ["on_train_batch_begin", "on_train_batch_end"];
    let body = vec![
        Piece::At("on_train_batch_after_pred"),
        Piece::Loss,
        Piece::At("on_train_batch_after_loss"),
        Piece::At("on_train_batch_before_backward"),
        Piece::At("on_train_batch_before_step"),
        Piece::At("on_train_batch_after_step"),
        Piece::At("on_update_end"),
    ];
    scope("TRAIN_BATCH", ends, body)
}

fn valid_batch() -> Piece {
    let ends = ["on_valid_batch_begin", "on_valid_batch_end"];
    let body = vec![
        Piece::At("on_valid_batch_after_pred"),
        Piece::Loss,
        Piece::At("on_valid_batch_after_loss"),
    ];
    scope("VALID_BATCH", ends, body)
}

fn predict_batch() -> Piece {
    let ends = ["on_predict_batch_begin", "on_predict_batch_end"];
    scope("PREDICT_BATCH", ends, Vec::new())
}

fn valid(batches: Vec<Piece>) -> Piece {
    scope("VALID", ["on_valid_begin", "on_valid_end"], batches)
}

fn epoch() -> Piece {
    let ends = ["on_train_begin", "on_train_end"];
    let train = scope("TRAIN", ends, vec![train_batch(), train_batch()]);
    let body = vec![train, valid(vec![valid_batch()])];
    scope("EPOCH", ["on_epoch_begin", "on_epoch_end"], body)
}

fn program(job: Job) -> Piece {
    match job {
        Job::Fit => scope(
            "FIT",
            ["on_fit_begin", "on_fit_end"],
            vec![epoch(), epoch()],
        ),
        Job::Evaluate => valid(vec![valid_batch(), valid_batch()]),
        Job::Predict => {
            let batches = vec![predict_batch(), predict_batch()];
            scope("PREDICT", ["on_predict_begin", "on_predict_end"], batches)
        }
    }
}

/// What must be seen of the job with this script.
pub(crate) fn predict(job: Job, deeds: &[Deed]) -> Seen {
    let mut model = Model {
        deeds: deeds.to_vec(),
        ..Model::default()
    };
    let entered = model.enter();
    if model.goes_on() {
        model.walk(&program(job));
    }
    if model.faults.is_empty() {
        model.tell_stop();
    }
    if !model.faults.is_empty() && !model.closing {
        model.deaf = true;
        for callback in 0..entered {
            model.one(callback, "on_fit_error");
        }
    }
    model.deaf = true;
    for callback in (0..entered).rev() {
        model.one(callback, "on_exit");
    }
    model.seen()
}

/// How much of the loop a flow ends.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Reach {
    /// Negative: the scope at depth 1 lies further out than that at depth 2.
    Leave(i32),
    Stop,
    Interrupt,
}

#[derive(Default)]
struct Model {
    deeds: Vec<Deed>,
    trace: Vec<String>,
    faults: Vec<String>,
    skipped: BTreeMap<String, u64>,
    open: Vec<&'static str>,
    /// The outermost flow so far, with its first handler and reason.
    pending: Option<(Reach, String)>,
    loss: bool,
    /// Flows have no effect any more.
    deaf: bool,
    /// The end of the outermost scope has begun.
    closing: bool,
}

impl Model {
    fn goes_on(&self) -> bool {
        self.faults.is_empty() && self.pending.is_none()
    }

    /// How many callbacks were entered.
    fn enter(&mut self) -> usize {
        let all = 0..ACTORS.len();
        all.clone()
            .find(|callback| !self.one(*callback, "on_enter"))
            .unwrap_or(all.end)
    }

    fn walk(&mut self, piece: &Piece) {
        if !self.goes_on() {
            return;
        }
        match piece {
            Piece::At(at) => self.fire(at),
            Piece::Loss => self.loss = true,
            Piece::Scope {
                name,
                ends: [begin, end],
                body,
            } => {
                self.open.push(name);
                self.fire(begin);
                for inner in body {
                    self.walk(inner);
                }
                self.close(end);
            }
        }
    }

    fn close(&mut self, end: &'static str) {
        let depth = self.open.len() - 1;
        if depth == 0 && self.faults.is_empty() {
            self.tell_stop();
            if self.faults.is_empty() {
                self.deaf = true;
                self.closing = true;
            }
        }
        if self.faults.is_empty() {
            self.fire(end);
        }
        self.open.pop();
        self.loss = false;
        let left = Reach::Leave(-i32::try_from(depth).unwrap());
        if self.faults.is_empty()
            && self
                .pending
                .as_ref()
                .is_some_and(|(reach, _)| *reach == left)
        {
            self.pending = None;
        }
    }

    fn tell_stop(&mut self) {
        let at = match &self.pending {
            Some((Reach::Stop, _)) => "on_stop",
            Some((Reach::Interrupt, _)) => "on_interrupt",
            _ => return,
        };
        // Told once.
        if !self.deaf {
            self.deaf = true;
            self.fire(at);
        }
    }

    fn fire(&mut self, at: &'static str) {
        let all_ran = (0..ACTORS.len()).all(|callback| self.one(callback, at));
        if all_ran && ["on_train_batch_end", "on_valid_batch_end"].contains(&at) {
            let line = format!("{WITNESS} {at}");
            if self.loss {
                self.trace.push(line);
            } else {
                *self.skipped.entry(line).or_default() += 1;
            }
        }
    }

    /// Runs one handler; says whether those behind it run.
    fn one(&mut self, callback: usize, at: &'static str) -> bool {
        let callback_ref = format!("{} {at}", ACTORS[callback]);
        self.trace.push(callback_ref.clone());
        let mine = |deed: &Deed| deed.callback == callback && deed.at == at;
        let Some(next) = self.deeds.iter().position(mine) else {
            return true;
        };
        match self.deeds.remove(next).act {
            Act::Err => self.fail(&callback_ref, "error broken"),
            Act::Panic => self.fail(&callback_ref, "panic frightened"),
            _ if self.deaf => true,
            Act::Stop => self.request(Reach::Stop, format!("{callback_ref} enough")),
            Act::Interrupt => self.request(Reach::Interrupt, format!("{callback_ref} SIGINT")),
            Act::Leave(scope) => match self.open.iter().position(|open| *open == scope) {
                None => self.fail(&callback_ref, &format!("not open Fit::{scope}")),
                Some(depth) => {
                    self.request(Reach::Leave(-i32::try_from(depth).unwrap()), callback_ref)
                }
            },
        }
    }

    fn fail(&mut self, callback_ref: &str, cause: &str) -> bool {
        self.faults.push(format!("{callback_ref} {cause}"));
        false
    }

    fn request(&mut self, reach: Reach, text: String) -> bool {
        if self
            .pending
            .as_ref()
            .is_none_or(|(pending, _)| reach > *pending)
        {
            self.pending = Some((reach, text));
        }
        true
    }

    fn seen(self) -> Seen {
        let ending = match (self.faults.is_empty(), &self.pending) {
            (false, _) => "failed".to_owned(),
            (true, None) => "finished".to_owned(),
            (true, Some((Reach::Interrupt, text))) => format!("interrupted by {text}"),
            (true, Some((_, text))) => format!("stopped by {text}"),
        };
        let skipped = self
            .skipped
            .into_iter()
            .map(|(callback_ref, times)| format!("{callback_ref} {times}"));
        Seen {
            ending,
            skipped: skipped.collect(),
            trace: self.trace,
            faults: self.faults,
        }
    }
}
